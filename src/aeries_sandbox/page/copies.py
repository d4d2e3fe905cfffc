"""Copying a gradebook, its backups, and the end of a term."""

from aeries_sandbox.model import Gradebook
from aeries_sandbox.page.fields import day_in
from aeries_sandbox.page.html import button, choice, field, form, tag, text
from aeries_sandbox.router import Params
from aeries_sandbox.teacher.copies import RESTORE_MODES, back_up, copy_gradebook, restore
from aeries_sandbox.teacher.gradebooks import end_term
from aeries_sandbox.world import World


def shown(world: World, gradebook: Gradebook) -> str:
    address = f"/gradebooks/{gradebook.gradebook_number}"
    copying = text("legend", "Copy") + field("name", gradebook.name, "Name of the copy") + button("Copy")
    forms = form(f"{address}/copy", tag("fieldset", copying)) + form(
        f"{address}/backup", tag("fieldset", text("legend", "Backup") + button("Back up now"))
    )
    backups = [
        (row.backup, f"{row.backup}, {row.at:%Y-%m-%d %H:%M}")
        for row in world.backups
        if row.gradebook_number == gradebook.gradebook_number
    ]
    if backups:
        modes = [(mode, mode.replace("_", " ")) for mode in RESTORE_MODES]
        restoring = choice("backup", backups, backups[-1][0], "Backup")
        restoring += choice("mode", modes, world.switches["restore"], "As") + button("Restore")
        forms += form(f"{address}/restore", tag("fieldset", text("legend", "Restore") + restoring))
    if gradebook.terms:
        terms = [(term.code, f"{term.code}, until {term.end_date}") for term in gradebook.terms]
        ending = choice("code", terms, gradebook.terms[0].code, "Term")
        ending += field("end_date", "", "Last day (yesterday unless told)", type="date") + button("End")
        forms += form(f"{address}/end-term", tag("fieldset", text("legend", "End a term") + ending))
    return forms


def copy(world: World, params: Params, fields: dict[str, str]) -> str:
    made = copy_gradebook(world, _number(params), fields.get("name", "").strip() or None, None, True)
    return f"/gradebooks/{made.gradebook_number}"


def backup(world: World, params: Params, _fields: dict[str, str]) -> str:
    return f"/gradebooks/{back_up(world, _number(params)).gradebook_number}"


def bring_back(world: World, params: Params, fields: dict[str, str]) -> str:
    restored = restore(world, _number(params), fields.get("backup", ""), fields.get("mode"))
    return f"/gradebooks/{restored.gradebook_number}"


def end(world: World, params: Params, fields: dict[str, str]) -> str:
    ended = end_term(world, _number(params), fields.get("code", ""), day_in(fields, "end_date"))
    return f"/gradebooks/{ended.gradebook_number}"


ACTS = {"copy": copy, "backup": backup, "restore": bring_back, "end-term": end}


def _number(params: Params) -> int:
    number = params["gradebook_number"]
    assert isinstance(number, int)
    return number

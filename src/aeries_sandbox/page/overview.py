"""The list of gradebooks by teacher, and where to find the rest."""

from aeries_sandbox.messages import Response
from aeries_sandbox.model import Gradebook
from aeries_sandbox.page.html import page, tag, text
from aeries_sandbox.router import Params
from aeries_sandbox.store import live_assignments
from aeries_sandbox.world import World


def show(world: World, _params: Params, problem: str) -> Response:
    database = world.database
    facts = (
        f"Profile {world.profile}, seed {world.seed}, school year {world.database_year}. "
        f"The clock says {world.clock.now():%Y-%m-%d %H:%M}. The API answers under /api/v5 and /aeries/api/v5."
    )
    people = sorted({gradebook.staff_id for gradebook in database.gradebooks.values()})
    parts = [text("p", facts)]
    for staff_id in people:
        person = database.staff.get(staff_id)
        name = f"{person.first_name} {person.last_name}" if person else "Nobody"
        own = [gradebook for gradebook in database.gradebooks.values() if gradebook.staff_id == staff_id]
        head = "".join(
            text("th", name) for name in ("Gradebook", "Number", "Sections", "Students", "Assignments", "")
        )
        table = tag("tr", head) + "".join(_row(gradebook) for gradebook in own)
        parts.append(text("h2", f"{name} ({staff_id})") + tag("table", table))
    if not people:
        parts.append(text("p", "There is no gradebook. POST /sandbox/gradebooks makes one."))
    return page("Gradebooks", "".join(parts), problem=problem)


def _row(gradebook: Gradebook) -> str:
    number = gradebook.gradebook_number
    notes = [f"linked group {gradebook.linked_group}"] if gradebook.linked_group else []
    notes += ["locked"] if gradebook.locked else []
    sections = ", ".join(str(section.section_number) for section in gradebook.sections)
    link = tag("td", text("a", gradebook.name, href=f"/gradebooks/{number}"))
    cells = (number, sections, len(gradebook.students), len(live_assignments(gradebook)), ", ".join(notes))
    return tag("tr", link + "".join(text("td", cell) for cell in cells))

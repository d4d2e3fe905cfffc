"""The categories of a gradebook: rename, weigh, add and delete."""

from aeries_sandbox.decimals import ZERO, plain
from aeries_sandbox.model import Category, Gradebook
from aeries_sandbox.page.fields import number_in
from aeries_sandbox.page.html import button, checkbox, field, form, tag, text


def shown(gradebook: Gradebook) -> str:
    rows = "".join(
        tag(
            "p",
            field(f"name.{row.code}", row.description, f"Category {row.code}")
            + field(f"percent.{row.code}", plain(row.percent), "Percent", size=5)
            + checkbox(f"delete.{row.code}", False, "Delete"),
        )
        for row in gradebook.categories
    )
    new = field("new_name", "", "New category") + field("new_percent", "", "Percent", size=5)
    new += field("new_code", "", "Code", size=1)
    inner = text("legend", "Categories") + rows + tag("p", new) + button("Save categories")
    return form(f"/gradebooks/{gradebook.gradebook_number}/categories", tag("fieldset", inner))


def sent(gradebook: Gradebook, fields: dict[str, str]) -> list[Category]:
    """What the form makes of the categories. Raises NotPossible."""
    kept = [
        Category(
            code=row.code,
            description=fields.get(f"name.{row.code}", row.description),
            percent=number_in(fields, f"percent.{row.code}", row.percent),
            color=row.color,
        )
        for row in gradebook.categories
        if f"delete.{row.code}" not in fields
    ]
    name = fields.get("new_name", "").strip()
    if not name:
        return kept
    code = fields.get("new_code", "").strip() or _free_code(gradebook)
    return [*kept, Category(code=code, description=name, percent=number_in(fields, "new_percent", ZERO))]


def _free_code(gradebook: Gradebook) -> str:
    """As Aeries counts them: digits, then letters; past the 36th there is none (behaviour §3)."""
    taken = {row.code for row in gradebook.categories}
    return next((code for code in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" if code not in taken), "")

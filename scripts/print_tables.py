"""Prints docs/table-c2.md from `core.table`: `python scripts/print_tables.py > docs/table-c2.md`."""

from twinbook.core.table import as_markdown

INTRODUCTION = """\
# Table C2: what happens to a cell

Printed from `twinbook.core.table` by `scripts/print_tables.py`; a test compares the two. Change the table, not this page.

*Changed* is judged by each side's own form against its own half of the base, without any conversion (C1). *Equal after
conversion* is asked of the far side's adapter. Once something was agreed, a blank is a value like any other.

"""


def page() -> str:
    return INTRODUCTION + as_markdown()


if __name__ == "__main__":
    print(page(), end="")

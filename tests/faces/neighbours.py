"""The gradebooks beside the one that is synced: linked to it, and others. Nothing of ours may ever reach them."""

from __future__ import annotations

from typing import Any

from tests.district_and_sandbox import Class

NUMBERS = 12


class Neighbours:
    """Taken down when made; `check` compares."""

    def __init__(self, school_class: Class, group: int) -> None:
        self.aeries, self.own = school_class.aeries, school_class.gradebook
        book = self.aeries.truth(self.own)
        made = self.aeries.control(
            "POST",
            "/gradebooks",
            {
                **{key: book[key] for key in ("school_code", "staff_id", "sections", "terms", "categories")},
                "name": "Linked sibling",
                "students": [row["student_id"] for row in book["students"]],
                "linked_group": group,
            },
        )
        self.sibling = int(made["gradebook_number"])
        for number in range(1, NUMBERS + 1):
            # The numbers that ours will get: an update that is fanned out would hit these.
            self.aeries.adds(self.sibling, f"Sibling's {number}", "50", comment="not ours")
        self.aeries.control("PATCH", f"/gradebooks/{self.own}", {"linked_group": group})
        self.before = self.taken_down()

    def check(self) -> None:
        assert self.taken_down() == self.before

    def taken_down(self) -> dict[int, Any]:
        listed = self.aeries.control("GET", "/gradebooks")["items"]
        return {row["gradebook_number"]: row for row in listed if row["gradebook_number"] != self.own}

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.district_and_sandbox import Class
from twinbook.core.values import Mark, MarkKind
from twinbook.gradebook.models import Activity

QUIZ, DIARY = "Quiz on rivers", "Weather diary"


@dataclass
class Questioned:
    """Two different scores in the quiz (9 here, 6 there, 8 agreed), two marks in the diary to type in Aeries."""

    school_class: Class
    quiz: Activity
    diary: Activity

    @property
    def path(self) -> str:
        return f"/classes/{self.school_class.id}/needs-you/"

    def number(self, title: str) -> int:
        return int(
            self.school_class.aeries.assignment(self.school_class.gradebook, title)["assignment_number"]
        )

    def types(self, title: str, sis: int, mark: str) -> None:
        self.school_class.aeries.types(self.school_class.gradebook, self.number(title), sis, mark)

    def there(self, title: str, sis: int) -> str:
        return self.school_class.aeries.mark(self.school_class.gradebook, title, sis)


@pytest.fixture
def questioned(joined: Class) -> Questioned:
    first, second = joined.students()[:2]
    quiz = joined.agreed(QUIZ, {first: "8", second: "8"})
    diary = joined.agreed(DIARY, {first: "5", second: "5"})
    found = Questioned(joined, quiz, diary)
    for sis in (first, second):
        found.types(QUIZ, sis, "6")
        joined.save(quiz, sis, "9")
        joined.save(diary, sis, Mark(MarkKind.EXCUSED))
    joined.force()
    assert joined.codes() == ["conflict", "conflict", "mark_needs_typing", "mark_needs_typing"]
    return found

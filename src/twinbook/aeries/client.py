"""Everything that Twinbook asks of Aeries, one method per call (reference §4–§13).

Every method takes `via`: the lane to take a permit in, or a permit already taken, of which it spends
one request. Every method raises the errors of `errors` and sends at most one request (paged
`students` one a page); none tries again. Interrupted between sending and answer, a write may have
been done.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self, TypeVar

from twinbook.aeries import decode
from twinbook.aeries import models as m
from twinbook.aeries.address import normalise_address
from twinbook.aeries.bodies import AssignmentInsert, AssignmentUpdate, ScoreWrite, encode_scores
from twinbook.aeries.errors import BadAnswer, NotFound, OtherRows
from twinbook.aeries.permits import Lane, Permit, Permits
from twinbook.aeries.reader import Row
from twinbook.aeries.rights import (
    COURSES,
    GRADEBOOKS,
    GRADEBOOKS_UPDATE,
    ROSTERS,
    SCORES,
    SCORES_UPDATE,
    SECTIONS,
    STAFF,
    STUDENTS,
    Right,
)
from twinbook.aeries.transport import TimeOuts
from twinbook.aeries.wire import Call, Heard, Wire, path
from twinbook.core.sentence import sentence

T = TypeVar("T")

STUDENTS_A_PAGE = 500
_MOST_PAGES = 1000
_LARGEST_ANSWER = 32 * 1024 * 1024


class AeriesClient:
    """One district's Aeries. Safe to use from several threads; keep one and `close` it.

    Raises, when made, `WrongAddress`, `InsecureAddress` or `CertificateMalformed`; nothing is sent.
    """

    def __init__(
        self,
        address: str,
        certificate: str,
        *,
        permits: Permits,
        database_year: int | None = None,
        time_outs: TimeOuts | None = None,
        allow_http: bool = False,
        connections: int = 32,
        largest_answer: int = _LARGEST_ANSWER,
        tls: ssl.SSLContext | None = None,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        heard: Heard | None = None,
    ) -> None:
        """`heard` is told after each request how Aeries takes this connection (`refusals`)."""
        self.address = normalise_address(address, allow_http=allow_http)
        self.database_year = database_year
        self._wire = Wire(
            address=self.address,
            certificate=certificate.strip(),
            database_year=database_year,
            permits=permits,
            time_outs=time_outs or TimeOuts(),
            connections=connections,
            largest_answer=largest_answer,
            tls=tls,
            wall=wall,
            heard=heard,
        )

    def __repr__(self) -> str:
        return f"AeriesClient({self.address!r}, database_year={self.database_year})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._wire.close()

    # The district

    def systeminfo(self, *, via: Lane | Permit = Lane.BULK) -> m.Reading[m.SystemInfo]:
        """Version, year and clock. Tells nothing about the certificate: `schools` does."""
        call = Call("GET", path("systeminfo"), "system information")
        return self._one(call, via, lambda answer: decode.single(answer, "system", decode.system_info))

    def schools(self, *, via: Lane | Permit = Lane.BULK) -> m.ListReading[m.School]:
        return self._many(Call("GET", path("schools"), "the schools"), via, "school", decode.school)

    def terms(self, school_code: int, *, via: Lane | Permit = Lane.BULK) -> m.ListReading[m.Term]:
        call = Call("GET", path("schools", school_code, "terms"), f"the terms of school {school_code}")
        return self._many(call, via, "term", decode.school_term)

    def staff(self, *, via: Lane | Permit = Lane.BULK) -> m.ListReading[m.StaffMember]:
        """All staff of the district; about 1 kB each."""
        return self._many(
            Call("GET", path("staff"), "the staff", STAFF), via, "staff member", decode.staff_member
        )

    def courses(self, *, via: Lane | Permit = Lane.BULK) -> m.ListReading[m.Course]:
        """Titles for classes; the right to it is optional."""
        return self._many(Call("GET", path("courses"), "the courses", COURSES), via, "course", decode.course)

    def sections(self, school_code: int, *, via: Lane | Permit = Lane.BULK) -> m.ListReading[m.Section]:
        """With their staff; inactive ones and past terms too."""
        call = Call(
            "GET", path("schools", school_code, "sections"), f"the sections of school {school_code}", SECTIONS
        )
        return self._many(call, via, "section", decode.section)

    def section_students(
        self, school_code: int, section_number: int, *, via: Lane | Permit = Lane.BULK
    ) -> m.ListReading[m.Enrolment]:
        """The roster, ended enrolments included."""
        call = Call(
            "GET",
            path("schools", school_code, "sections", section_number, "students"),
            f"the roster of section {section_number} in school {school_code}",
            ROSTERS,
        )
        return self._many(call, via, "enrolment", decode.enrolment)

    def students(self, school_code: int, *, via: Lane = Lane.BULK) -> m.ListReading[m.Student]:
        """All students of a school, a page after the other until one brings nothing new."""
        found: dict[tuple[int, int], m.Student] = {}
        complete = True
        first: m.ListReading[m.Student] | None = None
        asked = 0
        for _ in range(_MOST_PAGES):
            call = Call(
                "GET",
                path("schools", school_code, "students"),
                f"the students of school {school_code}",
                STUDENTS,
                {"StartingRecord": str(asked + 1), "EndingRecord": str(asked + STUDENTS_A_PAGE)},
            )
            page, rows = self._page(call, via)
            first = first or page
            complete = complete and page.complete
            known = len(found)
            found.update({(student.id, student.school_code): student for student in page})
            asked += rows
            if rows == 0 or rows > STUDENTS_A_PAGE or len(found) == known:
                break
        else:
            complete = False
        assert first is not None
        return m.ListReading(tuple(found.values()), complete, first.request)

    def _page(self, call: Call, via: Lane | Permit) -> tuple[m.ListReading[m.Student], int]:
        """A page and how many rows it had, readable or not."""
        rows = 0

        def understand(answer: object) -> tuple[tuple[m.Student, ...], bool]:
            nonlocal rows
            rows = len(answer) if isinstance(answer, list) else 1
            return decode.readable_rows(answer, "student", decode.student)

        (items, complete), request = self._wire.ask(call, via, understand)
        return m.ListReading(items, complete, request), rows

    def probe(self, right: Right, where: str, *, via: Lane | Permit) -> None:
        """Ask and forget the answer: whether it raises `PermissionMissing` is what one wants to know."""
        self._wire.ask(Call("GET", where, f"a look with the right {right.area}", right), via, _forget)

    # Change feeds: keys of what has changed since a moment of Aeries' local time

    def section_roster_changes(
        self, since: datetime, *, via: Lane | Permit = Lane.BULK
    ) -> m.ListReading[m.SectionKey]:
        """`since` in the zone of `SystemInfo.now`; ask with an overlap (reference §9)."""
        call = Call("GET", _feed(since, "SectionRosterDataChanges"), "rosters that have changed", ROSTERS)
        return self._many(call, via, "changed roster", decode.section_key)

    def section_changes(
        self, since: datetime, *, via: Lane | Permit = Lane.BULK
    ) -> m.ListReading[m.SectionKey]:
        call = Call("GET", _feed(since, "SectionDataChanges"), "sections that have changed", SECTIONS)
        return self._many(call, via, "changed section", decode.section_key)

    def student_changes(
        self, data_area: str, since: datetime, *, via: Lane | Permit = Lane.BULK
    ) -> m.ListReading[int]:
        """Student ids. `data_area`: student (names, e-mails) or class (schedules)."""
        call = Call(
            "GET", _feed(since, "StudentDataChanges", data_area), "students that have changed", STUDENTS
        )
        return self._many(call, via, "changed student", decode.student_key)

    def staff_changes(self, since: datetime, *, via: Lane | Permit = Lane.BULK) -> m.ListReading[int]:
        """Staff ids."""
        call = Call("GET", _feed(since, "StaffDataChanges"), "staff that have changed", STAFF)
        return self._many(call, via, "changed staff member", decode.staff_key)

    # Gradebooks

    def staff_gradebooks(
        self, staff_id: int, *, via: Lane | Permit = Lane.BULK
    ) -> m.ListReading[m.Gradebook]:
        """Past ones may be among them, and a co-teacher's may not (undocumented)."""
        call = Call(
            "GET", path("staff", staff_id, "gradebooks"), f"the gradebooks of staff {staff_id}", GRADEBOOKS
        )
        return self._many(call, via, "gradebook", decode.gradebook)

    def section_gradebooks(
        self, school_code: int, section_number: int, *, via: Lane | Permit = Lane.BULK
    ) -> m.ListReading[m.Gradebook]:
        call = Call(
            "GET",
            path("schools", school_code, "sections", section_number, "gradebooks"),
            f"the gradebooks of section {section_number} in school {school_code}",
            GRADEBOOKS,
        )
        return self._many(call, via, "gradebook", decode.gradebook)

    def gradebook(self, gradebook_number: int, *, via: Lane | Permit = Lane.BULK) -> m.Reading[m.Gradebook]:
        call = Call("GET", path("gradebooks", gradebook_number), f"gradebook {gradebook_number}", GRADEBOOKS)

        def understand(answer: object) -> m.Gradebook:
            def make(row: Row) -> m.Gradebook:
                if row.required_integer("GradebookNumber") != gradebook_number:
                    raise NotFound(sentence("another gradebook in its place"))
                return decode.gradebook(row)

            return decode.single(answer, "gradebook", make)

        return self._one(call, via, understand)

    def gradebook_students(
        self, gradebook_number: int, term_code: str, *, via: Lane | Permit = Lane.BULK
    ) -> m.ListReading[m.GradebookStudent]:
        """The students of one of the gradebook's own terms; dropped ones too. A student who came
        back may have two rows with different spans."""
        call = Call(
            "GET",
            path("gradebooks", gradebook_number, term_code, "students"),
            f"the students of gradebook {gradebook_number}, term {term_code}",
            GRADEBOOKS,
        )
        return self._whole(
            call, via, lambda answer: decode.whole_list(answer, "gradebook student", decode.gradebook_student)
        )

    def assignments(
        self, gradebook_number: int, *, via: Lane | Permit = Lane.BULK
    ) -> m.ListReading[m.Assignment]:
        call = Call(
            "GET",
            path("gradebooks", gradebook_number, "assignments"),
            f"the assignments of gradebook {gradebook_number}",
            GRADEBOOKS,
        )
        return self._whole(call, via, lambda answer: decode.assignments_of(answer, gradebook_number))

    def assignment(
        self, gradebook_number: int, unique_id: str, *, via: Lane | Permit = Lane.BULK
    ) -> m.Reading[m.Assignment]:
        """`NotFound` also when the unique id now belongs to another gradebook."""
        call = Call(
            "GET",
            path("gradebooks", "Assignments", unique_id),
            f"assignment {unique_id} of gradebook {gradebook_number}",
            GRADEBOOKS,
        )

        def understand(answer: object) -> m.Assignment:
            def make(row: Row) -> m.Assignment:
                if row.text("UniqueID").upper() != unique_id.upper():
                    raise NotFound(sentence("another assignment in its place"))
                if row.required_integer("GradebookNumber") != gradebook_number:
                    raise NotFound(sentence("the assignment is in another gradebook"))
                return decode.assignment(row)

            return decode.single(answer, "assignment", make)

        return self._one(call, via, understand)

    def scores(
        self, gradebook_number: int, unique_id: str, number: int, *, via: Lane | Permit = Lane.BULK
    ) -> m.Reading[m.Scores]:
        """All scores of one assignment.

        `number` is the assignment number last read: rows of another raise `OtherRows`, which after a
        renumbering goes away once the assignment is read again.
        """
        call = Call(
            "GET",
            path("gradebooks", "assignments", unique_id, "scores"),
            f"the scores of assignment {unique_id} of gradebook {gradebook_number}",
            SCORES,
        )
        return self._one(call, via, lambda answer: decode.scores_of(answer, gradebook_number, number))

    # Writing

    def insert_assignment(
        self, gradebook_number: int, body: AssignmentInsert, *, via: Lane | Permit
    ) -> m.Inserted:
        """Make an assignment, in this gradebook only. Not idempotent: after a doubtful ending look
        for the external id in `assignments` (design A5), never just send again."""
        call = Call(
            "POST",
            path("gradebooks", gradebook_number, "Assignments"),
            f"a new assignment in gradebook {gradebook_number}",
            GRADEBOOKS_UPDATE,
            body=body.encode(),
        )

        def understand(answer: object) -> m.Assignment:
            return decode.added_assignment(answer, gradebook_number, body.description, body.external_id)

        made, request = self._wire.ask(call, via, understand)
        return m.Inserted(made, made.external_id == body.external_id, request)

    def update_assignment(
        self, gradebook_number: int, unique_id: str, body: AssignmentUpdate, *, via: Lane | Permit
    ) -> m.Reading[m.Assignment]:
        """Replace all fields of one assignment, in this gradebook only; returns what Aeries now holds."""
        call = Call(
            "PUT",
            path("gradebooks", "Assignments", unique_id),
            f"assignment {unique_id} of gradebook {gradebook_number}",
            GRADEBOOKS_UPDATE,
            body=body.encode(),
        )

        def understand(answer: object) -> m.Assignment:
            changed = decode.whole_list(answer, "assignment", decode.assignment)
            ours = [item for item in changed if item.unique_id == unique_id.upper()]
            if len(ours) != 1 or ours[0].gradebook_number != gradebook_number:
                raise OtherRows(sentence("another assignment in the answer"))
            return ours[0]

        return self._one(call, via, understand)

    def write_scores(
        self,
        gradebook_number: int,
        unique_id: str,
        number: int,
        rows: Sequence[ScoreWrite],
        *,
        via: Lane | Permit,
    ) -> m.Written:
        """Set scores of one assignment. The answer holds all its scores: proof and new reading in one.

        `number` as in `scores`. Refused (`Rejected`), some of several rows may still have been stored.
        """
        call = Call(
            "POST",
            path("gradebooks", "assignments", unique_id, "Scores"),
            f"the scores of assignment {unique_id} of gradebook {gradebook_number}",
            SCORES_UPDATE,
            body=encode_scores(rows),
        )

        def understand(answer: object) -> m.Scores:
            scores = decode.scores_of(answer, gradebook_number, number)
            if not scores.rows:
                raise BadAnswer(sentence("no scores in the answer"))
            return scores

        scores, request = self._wire.ask(call, via, understand)
        unanswered = frozenset(row.student_id for row in rows) - scores.rows.keys()
        return m.Written(scores, unanswered, request)

    # From answers to readings

    def _one(self, call: Call, via: Lane | Permit, understand: Callable[[object], T]) -> m.Reading[T]:
        return m.Reading(*self._wire.ask(call, via, understand))

    def _whole(
        self, call: Call, via: Lane | Permit, understand: Callable[[object], tuple[T, ...]]
    ) -> m.ListReading[T]:
        items, request = self._wire.ask(call, via, understand)
        return m.ListReading(items, True, request)

    def _many(self, call: Call, via: Lane | Permit, kind: str, make: Callable[[Row], T]) -> m.ListReading[T]:
        (items, complete), request = self._wire.ask(
            call, via, lambda answer: decode.readable_rows(answer, kind, make)
        )
        return m.ListReading(items, complete, request)


def _forget(answer: object) -> None:
    del answer


def _feed(since: datetime, *names: str) -> str:
    """All five parts of a date are required; hour and minute may be 0 (reference §9)."""
    moment = f"{since.year}/{since.month}/{since.day}/{since.hour}/{since.minute}"
    return f"{path(*names)}/{moment}"

"""What is looked at before a set-up: each finding says what it means and what to do, mostly in Aeries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from twinbook.core.cells import Membership
from twinbook.core.sentence import counted, sentence
from twinbook.core.setup.context import SetupContext
from twinbook.core.setup.draft import Check, Level
from twinbook.core.setup.offers import GradebookFacts, why_not
from twinbook.core.setup.terms import ends_on, membership, term_holding
from twinbook.core.snapshot import ClassSnapshot, GradebookReading, OurStudent, TheirStudent

AUTOMATIC_STUDENTS = "AddDropStudentsAutomatically"
COUNTS_AT_ONCE = "CountCompletedNow"
WEIGHTED = "DoingWeight"
SCALED = "DoingMinMaxAssignmentValues"
FORMATIVE_WEIGHTED = "DoingFormativeSummativeWeight"


def checks(snapshot: ClassSnapshot, reading: GradebookReading, context: SetupContext) -> tuple[Check, ...]:
    """All findings of one reading, blocking ones first."""
    found = [check for look in _LOOKS if (check := look(snapshot, reading, context)) is not None]
    return tuple(sorted(found, key=lambda check: check.level is not Level.BLOCKING))


def seats_of(reading: GradebookReading) -> dict[int, list[TheirStudent]]:
    """StudentID → the student's rows in the gradebook, active or not."""
    seats: dict[int, list[TheirStudent]] = {}
    for student in reading.students:
        seats.setdefault(student.student_id, []).append(student)
    return seats


def class_list(snapshot: ClassSnapshot) -> dict[int, OurStudent]:
    """StudentID → the class's active student, for those whom Aeries knows."""
    return {
        student.sis_student_id: student
        for student in snapshot.students
        if student.active and student.sis_student_id is not None
    }


def _not_suitable(snapshot: ClassSnapshot, reading: GradebookReading, context: SetupContext) -> Check | None:
    facts = GradebookFacts(
        reading.gradebook_number,
        reading.name,
        reading.school_code,
        reading.database_year,
        tuple(term.code for term in reading.terms),
        reading.linked_group,
        reading.rubric,
        ends_on(reading),
    )
    reason = why_not(facts, context)
    if reason is None:
        return None
    return Check(
        "gradebook_unsuitable",
        Level.BLOCKING,
        reason,
        sentence("Go back and choose another Aeries gradebook."),
    )


def _students(snapshot: ClassSnapshot, reading: GradebookReading, context: SetupContext) -> Check | None:
    expected = class_list(snapshot)
    seats = seats_of(reading)
    missing = [
        student.name
        for sis, student in expected.items()
        if not any(not seat.tag.strip() for seat in seats.get(sis, []))
    ]
    if not missing:
        return None
    hint = _add_students_hint(reading)
    if len(missing) == len(expected):
        return Check(
            "no_students",
            Level.BLOCKING,
            sentence(
                "No student of this class is in the Aeries gradebook yet, so no score could be stored there."
            ),
            hint,
        )
    return Check(
        "students_missing",
        Level.WARNING,
        counted(
            "1 student is in this class but not in the Aeries gradebook. Their scores stay here until they "
            "are added there.",
            "%(count)s students are in this class but not in the Aeries gradebook. Their scores stay here until they "
            "are added there.",
            len(missing),
        ),
        hint,
        tuple(sorted(missing)),
    )


def _add_students_hint(reading: GradebookReading) -> str:
    if reading.settings.get(AUTOMATIC_STUDENTS):
        return sentence(
            "In Aeries open the gradebook's Scores by Class page, which adds the section's students. Then "
            "read again."
        )
    return sentence("In Aeries open the gradebook's Students page and add them. Then read again.")


def _extra_students(
    snapshot: ClassSnapshot, reading: GradebookReading, context: SetupContext
) -> Check | None:
    expected = class_list(snapshot)
    extra = {
        student.student_id: student.name or sentence("student %(id)s", id=student.student_id)
        for student in reading.students
        if not student.tag.strip() and student.student_id not in expected
    }
    if not extra:
        return None
    return Check(
        "extra_students",
        Level.WARNING,
        counted(
            "1 student is in the Aeries gradebook but not in this class. Nothing is taken over or changed for them.",
            "%(count)s students are in the Aeries gradebook but not in this class. Nothing is taken over or changed "
            "for them.",
            len(extra),
        ),
        sentence(
            "Nothing needs to be done. If they belong to the class, ask the office to enrol them in the "
            "section."
        ),
        tuple(sorted(extra.values())),
    )


def _unknown_students(
    snapshot: ClassSnapshot, reading: GradebookReading, context: SetupContext
) -> Check | None:
    unknown = sorted(s.name for s in snapshot.students if s.active and s.sis_student_id is None)
    if not unknown:
        return None
    return Check(
        "students_unknown_in_aeries",
        Level.WARNING,
        counted(
            "1 student is in this class by hand and not known to Aeries. Their scores stay here.",
            "%(count)s students are in this class by hand and not known to Aeries. Their scores stay here.",
            len(unknown),
        ),
        sentence("Nothing needs to be done, unless the office should enrol them."),
        tuple(unknown),
    )


def _categories(snapshot: ClassSnapshot, reading: GradebookReading, context: SetupContext) -> Check | None:
    if reading.categories:
        return None
    return Check(
        "no_categories",
        Level.BLOCKING,
        sentence("The Aeries gradebook has no categories yet, and every activity in Aeries needs one."),
        sentence(
            "In Aeries open the gradebook's Categories page and add them: they cannot be added from here. "
            "Then read again."
        ),
        tuple(category.name for category in snapshot.categories),
    )


def _linked_group(snapshot: ClassSnapshot, reading: GradebookReading, context: SetupContext) -> Check | None:
    if reading.linked_group == 0:
        return None
    return Check(
        "linked_group",
        Level.WARNING,
        sentence(
            "This gradebook is linked with others in Aeries. Changes from here go to this gradebook only; a "
            "change typed in Aeries goes to all linked gradebooks."
        ),
        sentence("Consider removing the link in Aeries' list of gradebooks before you start."),
    )


def _sections_move(snapshot: ClassSnapshot, reading: GradebookReading, context: SetupContext) -> Check | None:
    if not context.sections_move:
        return None
    return Check(
        "sections_move",
        Level.WARNING,
        sentence(
            "Scores of these sections go to another gradebook so far. Once this set-up is confirmed they go here "
            "instead; the other gradebook keeps what it holds and is left alone."
        ),
        sentence("Ignore activities that belong to the other gradebook, such as those of an earlier term."),
        context.sections_move,
    )


def _drop_lowest(snapshot: ClassSnapshot, reading: GradebookReading, context: SetupContext) -> Check | None:
    dropping = tuple(
        sentence(
            "%(name)s: lowest %(drop_lowest)s dropped here",
            name=category.name,
            drop_lowest=category.drop_lowest,
        )
        for category in snapshot.categories
        if category.drop_lowest > 0
    )
    if not dropping:
        return None
    return Check(
        "drop_rules",
        Level.WARNING,
        sentence(
            "Lowest scores are dropped here. Whether Aeries does the same cannot be read, and rules are not "
            "synced."
        ),
        sentence("In Aeries look at the gradebook's Rules page and make the rules equal."),
        dropping,
    )


def _scaling(snapshot: ClassSnapshot, reading: GradebookReading, context: SetupContext) -> Check | None:
    if not reading.settings.get(SCALED):
        return None
    return Check(
        "scaled_scores",
        Level.WARNING,
        sentence(
            "Aeries lifts scores into a range between a minimum and a maximum when it computes totals; here "
            "they count as entered, so totals will differ."
        ),
        sentence("Scores are synced as entered. To have equal totals switch the option off in Aeries."),
    )


def _formative(snapshot: ClassSnapshot, reading: GradebookReading, context: SetupContext) -> Check | None:
    if not reading.settings.get(FORMATIVE_WEIGHTED):
        return None
    return Check(
        "formative_weighting",
        Level.WARNING,
        sentence(
            "Aeries weighs formative and summative work apart; here they count alike, so totals will "
            "differ. Activities created in Aeries from here are summative."
        ),
        sentence("Set the type of such activities in Aeries where needed."),
    )


def _weighting(snapshot: ClassSnapshot, reading: GradebookReading, context: SetupContext) -> Check | None:
    here = any(category.weight for category in snapshot.categories)
    there = reading.settings.get(WEIGHTED)
    if there is None or not snapshot.categories or here == there:
        return None
    message = (
        sentence("Categories have weights in Aeries but not here, so totals will differ.")
        if there
        else sentence("Categories have weights here, but weighting is off in Aeries, so totals will differ.")
    )
    return Check("weighting_differs", Level.WARNING, message, sentence("Make both sides weigh alike."))


def _immediate(snapshot: ClassSnapshot, reading: GradebookReading, context: SetupContext) -> Check | None:
    if reading.settings.get(COUNTS_AT_ONCE, True):
        return None
    return Check(
        "scores_wait_for_completion",
        Level.WARNING,
        sentence(
            "In this Aeries gradebook a score counts only once “Grading Completed” is on for its activity; "
            "here it counts at once."
        ),
        sentence(
            "Mark activities as completed when they are graded, or switch on “Apply assignment scores "
            "immediately” in Aeries."
        ),
    )


def _dates(snapshot: ClassSnapshot, reading: GradebookReading, context: SetupContext) -> Check | None:
    if not reading.terms:
        return None

    def outside(day: date | None) -> bool:
        return day is not None and term_holding(reading.terms, day) is None

    items = [
        sentence("%(title)s, due %(due_on)s (here)", title=activity.title, due_on=str(activity.due_on))
        for activity in snapshot.activities
        if outside(activity.due_on)
    ]
    items += [
        sentence("%(title)s, due %(due_on)s (Aeries)", title=assignment.title, due_on=str(assignment.due_on))
        for assignment in reading.assignments
        if outside(assignment.due_on)
    ]
    if not items:
        return None
    return Check(
        "dates_outside_term",
        Level.WARNING,
        sentence(
            "Some due dates lie outside the terms of the Aeries gradebook; Aeries will not count such "
            "activities in a term."
        ),
        sentence("Correct the due dates, or ignore these activities."),
        tuple(items),
    )


def _spans(snapshot: ClassSnapshot, reading: GradebookReading, context: SetupContext) -> Check | None:
    """Active students whose dates leave out activities that they have a score for here."""
    seats = seats_of(reading)
    items = [
        sentence(
            "%(name)s: %(title)s, due %(due_on)s",
            name=student.name,
            title=activity.title,
            due_on=str(activity.due_on),
        )
        for sis, student in class_list(snapshot).items()
        if any(not seat.tag.strip() for seat in seats.get(sis, []))
        for activity in snapshot.activities
        if _scored(snapshot, activity.id, student.id)
        and membership(seats[sis], activity.due_on, context.today) is Membership.ABSENT
    ]
    if not items:
        return None
    return Check(
        "students_outside_dates",
        Level.WARNING,
        sentence(
            "Some scores here belong to activities due before a student's start or after the end in the "
            "Aeries gradebook. They stay here."
        ),
        sentence(
            "In Aeries correct the student's dates on the gradebook's Students page, if they are wrong. "
            "Then read again."
        ),
        tuple(items),
    )


def _scored(snapshot: ClassSnapshot, activity: int, student: int) -> bool:
    cell = snapshot.scores.get(activity, {}).get(student)
    return cell is not None and str(cell.value) != ""


def _total(snapshot: ClassSnapshot, reading: GradebookReading, context: SetupContext) -> Check | None:
    percents = [category.percent for category in reading.categories if category.percent is not None]
    if not reading.settings.get(WEIGHTED) or not percents or sum(percents) == Decimal(100):
        return None
    return Check(
        "weights_not_100",
        Level.WARNING,
        sentence(
            "The weights of the Aeries categories add up to %(total)s %%, not to 100 %%. Aeries "
            "re-scales them.",
            total=str(sum(percents)),
        ),
        sentence("Correct the weights in Aeries, if that is not meant."),
    )


Look = Callable[[ClassSnapshot, GradebookReading, SetupContext], Check | None]
_LOOKS: tuple[Look, ...] = (
    _not_suitable,
    _students,
    _categories,
    _linked_group,
    _sections_move,
    _extra_students,
    _unknown_students,
    _spans,
    _dates,
    _weighting,
    _total,
    _drop_lowest,
    _scaling,
    _formative,
    _immediate,
)

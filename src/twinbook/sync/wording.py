"""The sentences of the questions: which class, student, activity and side, and the next thing to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twinbook.core.carry_out.taking_over import DISTRICT
from twinbook.gradebook.models import Student
from twinbook.sync import codec, mass_plan
from twinbook.sync.models import Problem


@dataclass(frozen=True, slots=True)
class Words:
    message: str
    hint: str


FIELD_NAMES = {
    "title": "title",
    "description": "description",
    "category": "category",
    "assigned_on": "assigned date",
    "due_on": "due date",
    "points": "points",
    "grading_completed": "“grading completed”",
}


def of(row: Problem) -> Words:
    what, who = _activity(row), _student(row)
    theirs = _theirs(row)
    match row.code:
        case "conflict" if row.field is not None:
            field = FIELD_NAMES.get(row.field, row.field)
            return Words(f"The {field} of {what} was changed here and in Aeries.", "Choose which one counts.")
        case "conflict":
            return Words(
                f"{who}, {what}: changed here and in Aeries ({theirs}) since both agreed.",
                "Choose which one counts.",
            )
        case "mark_needs_typing":
            return Words(
                f"{who}, {what}: Aeries takes no marks from other programs.",
                f"Type it in Aeries: {row.to_type}. This closes by itself once it is seen there.",
            )
        case "clear_needs_typing":
            return Words(
                f"{who}, {what}: cleared here, and Aeries still holds {theirs}.",
                "Clear the cell in Aeries, or take the value of Aeries back. A zero was not sent in its place.",
            )
        case "rejected_by_aeries":
            said = row.details.get("message", "")
            about = f"{who}, {what}" if row.student_id is not None else what
            return Words(f"Aeries refused {about}. It says: {said}", "Change the value, then try again.")
        case "unknown_mark":
            return Words(
                f"{who}, {what}: Aeries holds the mark {theirs}, which Twinbook does not know and does not overwrite.",
                "Clear it in Aeries, keep it, or have an administrator add it to the district's marks.",
            )
        case "student_not_in_gradebook":
            return Words(
                f"{who} is not in the Aeries gradebook for the date of {what}, so the score cannot go there.",
                "Add the student in Aeries (Gradebook › Students); the score follows by itself.",
            )
        case "student_readded":
            return Words(
                f"{who} was dropped from or added again to the Aeries gradebook; its blanks were not taken over.",
                "Look at the student's scores in Aeries. Nothing was lost here.",
            )
        case "category_unmapped":
            if row.subject.startswith("aeries:"):
                name = row.details.get("name", "")
                return Words(
                    f"“{name}” is new in Aeries in a category without a partner here.",
                    "Move it there to a category that is matched, or match the category here.",
                )
            return Words(
                f"{what} is in a category without a partner in Aeries.",
                "Choose a category that is matched with one in Aeries. Scores go on.",
            )
        case "category_gone":
            return Words(
                f"The category “{row.details.get('name', '')}” is no longer in the Aeries gradebook.",
                "Put it back in Aeries, or match another one.",
            )
        case "possible_duplicate":
            return _duplicate(row, what)
        case "copy_suspected":
            return _copy(row)
        case "deleted_in_aeries":
            return Words(
                f"{what} is no longer in the Aeries gradebook ({_there(row)}). Nothing was deleted here.",
                "Create it in Aeries again with the scores from here, keep it here only, or delete it here as well. If "
                "it was deleted by mistake, restore it in Aeries: this closes by itself.",
            )
        case "deleted_in_lms":
            return Words(
                f"{what} was deleted here and is still in the Aeries gradebook.",
                f"Delete it in Aeries: {_there(row)}. This closes by itself once it is gone there. Or restore it here, "
                "or leave it in Aeries only.",
            )
        case "points_changed":
            return Words(
                f"The points of {what} were changed after scores were entered (here {row.details.get('ours', '')}, "
                f"Aeries {row.details.get('theirs', '')}).",
                "Set the points on both sides alike; until then its scores wait.",
            )
        case "unsupported_maxima":
            return Words(
                f"{what} has 0 points possible with another “number correct possible” in Aeries: it is only read.",
                "Set both to 0 in Aeries for extra credit, or give it points.",
            )
        case "mass_change":
            return _mass_change(row)
        case "zeros_ahead":
            return _zeros(row, what)
        case "term_ended":
            return Words(
                f"{who}, {what}: the term in Aeries has ended, so the score was not sent.",
                "Send it anyway, or keep it here only.",
            )
        case "undo_by_hand":
            return _by_hand(row)
        case "gradebook_gone":
            return Words(
                "The Aeries gradebook is no longer there.", "Look in Aeries; nothing was deleted here."
            )
        case _:
            return Words(f"{what} needs a look.", "Check it in both gradebooks.")


def _zeros(row: Problem, what: str) -> Words:
    number = int(row.details.get("zeros", "0"))
    sis = [int(text) for text in row.details.get("students", "").split(",") if text]
    known = {s.sis_student_id: s.name for s in Student.objects.filter(sis_student_id__in=sis)}
    names = sorted(known.get(each) or f"student {each}" for each in sis)
    blanks = "1 blank would become a zero" if number == 1 else f"{number} blanks would become zeros"
    return Words(
        f"{what} is due. Completing its grading in Aeries was put off: {blanks} there ({', '.join(names)}).",
        "Enter what is missing, and it is switched by itself. Or switch it with these zeros, or leave it open and switch "
        "it yourself when you like.",
    )


def _there(row: Problem) -> str:
    """The assignment as a teacher finds it in Aeries."""
    if row.pair is None or row.pair.number is None:
        return "its assignment"
    return f"assignment {row.pair.number}, “{row.pair.their_title}”"


def _copy(row: Problem) -> Words:
    name, number = row.details.get("name", ""), row.details.get("number", "")
    partner = row.details.get("partner_number")
    known = "" if partner is None else f" Twinbook knows number {partner} as its partner."
    return Words(
        f"“{name}” (number {number}) in Aeries looks like one of Twinbook's own and is another assignment: a copy, it "
        f"seems.{known}",
        "Ours: the one known is the original, and this one comes here as new work. Other: this one is the original and "
        "takes its place. Ignore: it stays in Aeries only. If it stands there twice by mistake, delete one in Aeries.",
    )


def _by_hand(row: Problem) -> Words:
    name, number = row.details.get("name", ""), row.details.get("number", "")
    if row.details.get("kind") == "delete":
        return Words(
            f"“{name}” (number {number}) in Aeries was made by a run that has been undone.",
            f"Delete assignment {number} in Aeries by hand; Twinbook cannot. Or leave it there.",
        )
    return Words(
        f"“{name}” (number {number}): Aeries could not be given back what stood there before.",
        f"Type in Aeries: {row.details.get('text', '')}",
    )


def _duplicate(row: Problem, what: str) -> Words:
    name, number = row.details.get("name", ""), row.details.get("number", "")
    reason = row.details.get("reason", "")
    if "aeries_id" not in row.details:
        return Words(
            f"{what} is new here; the class asks before it creates in Aeries.", "Create or ignore it."
        )
    if row.subject.startswith("aeries:"):
        return Words(
            f"“{name}” (number {number}) is new in Aeries and may be an activity that is here already: {reason}.",
            "Match them, create it here as a new one, or ignore it.",
        )
    return Words(
        f"{what} may be the same work as “{name}” (number {number}) in Aeries: {reason}.",
        "Match them, create a new one in Aeries, or keep it here only.",
    )


def _mass_change(row: Problem) -> Words:
    details = row.details
    counted = (
        f"{details.get('changed', '?')} of {details.get('of', '?')} values would change at once{_where(row)}"
    )
    parts = [f"{counted}{_how(details)}; nothing was taken over."]
    if row.subject == DISTRICT:
        parts.append("In the same night many other classes changed as well; an administrator was asked, too.")
    if details.get("values_of"):
        time = mass_plan.when(details["values_of"])
        parts.append(f"These are the values of {time}: it looks as if the Aeries gradebook was restored.")
    if details.get("again"):
        parts.append("It is no longer the change that was asked about before.")
    return Words(
        " ".join(parts),
        "Look at the values. Approve: Twinbook takes over exactly these. Discard: the values here count, and are put back "
        "into Aeries. Scores that are saved here go on meanwhile.",
    )


def _how(details: dict[str, Any]) -> str:
    if "fingerprint" not in details:
        return ""
    replaced, blanked = details["replaced"], details["blanked"]
    told = [f"{replaced} replaced"] if replaced else []
    told += [f"{blanked} blanked"] if blanked else []
    return f" ({', '.join(told)})"


def _activity(row: Problem) -> str:
    return "the activity" if row.activity is None else f"“{row.activity.title}”"


def _student(row: Problem) -> str:
    return "A student" if row.student is None else row.student.name


def _theirs(row: Problem) -> str:
    form = codec.optional_form(row.theirs_kind, row.theirs_text)
    return "no value" if form is None else str(form) or "a blank"


def _where(row: Problem) -> str:
    if row.student is not None:
        return f" for {row.student.name}"
    return "" if row.activity is None else f" in “{row.activity.title}”"

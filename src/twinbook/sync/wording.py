"""The sentences of the questions: which class, student, activity and side, and the next thing to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twinbook.core.carry_out.create import ELSEWHERE
from twinbook.core.carry_out.taking_over import DISTRICT
from twinbook.core.sentence import counted, joined, sentence
from twinbook.gradebook.models import Student
from twinbook.sync import codec, mass_plan, moved
from twinbook.sync.models import Problem


@dataclass(frozen=True, slots=True)
class Words:
    message: str
    hint: str


FIELD_NAMES = {
    "title": sentence("title"),
    "description": sentence("description"),
    "category": sentence("category"),
    "assigned_on": sentence("assigned date"),
    "due_on": sentence("due date"),
    "points": sentence("points"),
    "grading_completed": sentence("“grading completed”"),
}


def of(row: Problem) -> Words:
    what, who = _activity(row), _student(row)
    theirs = _theirs(row)
    match row.code:
        case "conflict" if row.field is not None:
            field = FIELD_NAMES.get(row.field, row.field)
            return Words(
                sentence("The %(field)s of %(what)s was changed here and in Aeries.", field=field, what=what),
                sentence("Choose which one counts."),
            )
        case "conflict":
            return Words(
                sentence(
                    "%(who)s, %(what)s: changed here and in Aeries (%(theirs)s) since both agreed.",
                    who=who,
                    what=what,
                    theirs=theirs,
                ),
                sentence("Choose which one counts."),
            )
        case "mark_needs_typing":
            return Words(
                sentence("%(who)s, %(what)s: Aeries takes no marks from other programs.", who=who, what=what),
                sentence(
                    "Type it in Aeries: %(to_type)s. This closes by itself once it is seen there.",
                    to_type=sentence(row.to_type),
                ),
            )
        case "clear_needs_typing":
            return Words(
                sentence(
                    "%(who)s, %(what)s: cleared here, and Aeries still holds %(theirs)s.",
                    who=who,
                    what=what,
                    theirs=theirs,
                ),
                sentence(
                    "Clear the cell in Aeries, or take the value of Aeries back. A zero was not sent in its place."
                ),
            )
        case "rejected_by_aeries":
            said = row.details.get("message", "")
            about = sentence("%(who)s, %(what)s", who=who, what=what) if row.student_id is not None else what
            return Words(
                sentence("Aeries refused %(about)s. It says: %(said)s", about=about, said=said),
                sentence("Change the value, then try again."),
            )
        case "unknown_mark":
            return Words(
                sentence(
                    "%(who)s, %(what)s: Aeries holds the mark %(theirs)s, which Twinbook does not know and does not "
                    "overwrite.",
                    who=who,
                    what=what,
                    theirs=theirs,
                ),
                sentence(
                    "Clear it in Aeries, keep it, or have an administrator add it to the district's marks."
                ),
            )
        case "student_not_in_gradebook":
            return Words(
                sentence(
                    "%(who)s is not in the Aeries gradebook for the date of %(what)s, so the score cannot go there.",
                    who=who,
                    what=what,
                ),
                sentence("Add the student in Aeries (Gradebook › Students); the score follows by itself."),
            )
        case "student_readded":
            return Words(
                sentence(
                    "%(who)s was dropped from or added again to the Aeries gradebook; its blanks were not taken "
                    "over.",
                    who=who,
                ),
                sentence("Look at the student's scores in Aeries. Nothing was lost here."),
            )
        case "category_unmapped":
            if row.subject.startswith("aeries:"):
                name = row.details.get("name", "")
                return Words(
                    sentence("“%(name)s” is new in Aeries in a category without a partner here.", name=name),
                    sentence("Move it there to a category that is matched, or match the category here."),
                )
            return Words(
                sentence("%(what)s is in a category without a partner in Aeries.", what=what),
                sentence("Choose a category that is matched with one in Aeries. Scores go on."),
            )
        case "category_gone":
            return Words(
                sentence(
                    "The category “%(name)s” is no longer in the Aeries gradebook.",
                    name=row.details.get("name", ""),
                ),
                sentence("Put it back in Aeries, or match another one."),
            )
        case "possible_duplicate":
            return _duplicate(row, what)
        case "copy_suspected":
            return _copy(row)
        case "deleted_in_aeries":
            return Words(
                sentence(
                    "%(what)s is no longer in the Aeries gradebook (%(row)s). Nothing was deleted here.",
                    what=what,
                    row=_there(row),
                ),
                sentence(
                    "Create it in Aeries again with the scores from here, keep it here only, or delete it here as "
                    "well. If it was deleted by mistake, restore it in Aeries: this closes by itself."
                ),
            )
        case "deleted_in_lms":
            return Words(
                sentence("%(what)s was deleted here and is still in the Aeries gradebook.", what=what),
                sentence(
                    "Delete it in Aeries: %(row)s. This closes by itself once it is gone there. Or restore it here, "
                    "or leave it in Aeries only.",
                    row=_there(row),
                ),
            )
        case "same_student":
            return Words(
                sentence(
                    "%(who)s, added by hand, and a student of that name in the roster may be the same.",
                    who=who,
                ),
                sentence(
                    "Merge them: blank cells are filled, cells that differ are asked about one by one, and the "
                    "history is kept. Or keep them apart."
                ),
            )
        case "merge_conflict":
            return Words(
                sentence(
                    "%(who)s, %(what)s: %(value)s was saved for the student added by hand; the student of the roster "
                    "holds another value.",
                    who=who,
                    what=what,
                    value=row.details.get("value", ""),
                ),
                sentence("Choose which one counts. The other stays in the history."),
            )
        case "student_moved":
            return Words(
                sentence(
                    "%(who)s moved to another section, whose scores are in another Aeries gradebook. These were saved "
                    "before and are not there: %(values)s.",
                    who=who,
                    values=moved.shown(row.details)[0],
                ),
                sentence(
                    "Take them along into the new gradebook, or leave them here. The old gradebook keeps what it holds."
                ),
            )
        case "points_changed":
            return Words(
                sentence(
                    "The points of %(what)s were kept different on the two sides, and one of them was changed (here "
                    "%(ours)s, Aeries %(theirs)s).",
                    what=what,
                    ours=row.details.get("ours", ""),
                    theirs=row.details.get("theirs", ""),
                ),
                sentence("Set the points on both sides alike; until then its scores wait."),
            )
        case "unsupported_maxima":
            return Words(
                sentence(
                    "%(what)s has 0 points possible with another “number correct possible” in Aeries: it is only "
                    "read.",
                    what=what,
                ),
                sentence("Set both to 0 in Aeries for extra credit, or give it points."),
            )
        case "mass_change":
            return _mass_change(row)
        case "zeros_ahead":
            return _zeros(row, what)
        case "term_ended":
            return Words(
                sentence(
                    "%(who)s, %(what)s: the term in Aeries has ended, so the score was not sent.",
                    who=who,
                    what=what,
                ),
                sentence("Send it anyway, or keep it here only."),
            )
        case "undo_by_hand":
            return _by_hand(row)
        case "gradebook_gone":
            return Words(
                sentence("The Aeries gradebook is no longer there."),
                sentence("Look in Aeries; nothing was deleted here."),
            )
        case _:
            return Words(
                sentence("%(what)s needs a look.", what=what), sentence("Check it in both gradebooks.")
            )


def _zeros(row: Problem, what: str) -> Words:
    number = int(row.details.get("zeros", "0"))
    sis = [int(text) for text in row.details.get("students", "").split(",") if text]
    known = {s.sis_student_id: s.name for s in Student.objects.filter(sis_student_id__in=sis)}
    names = sorted(known.get(each) or sentence("student %(id)s", id=each) for each in sis)
    blanks = counted("%(count)s blank would become a zero", "%(count)s blanks would become zeros", number)
    return Words(
        sentence(
            "%(what)s is due. Completing its grading in Aeries was put off: %(blanks)s there (%(names)s).",
            what=what,
            blanks=blanks,
            names=", ".join(names),
        ),
        sentence(
            "Enter what is missing, and it is switched by itself. Or switch it with these zeros, or leave "
            "it open and switch it yourself when you like."
        ),
    )


def _there(row: Problem) -> str:
    """The assignment as a teacher finds it in Aeries."""
    if row.pair is None or row.pair.number is None:
        return sentence("its assignment")
    return sentence("assignment %(number)s, “%(title)s”", number=row.pair.number, title=row.pair.their_title)


def _copy(row: Problem) -> Words:
    name, number = row.details.get("name", ""), row.details.get("number", "")
    partner = row.details.get("partner_number")
    known = ""
    if partner is not None:
        known = sentence(" Twinbook knows number %(number)s as its partner.", number=partner)
    return Words(
        sentence(
            "“%(name)s” (number %(number)s) in Aeries looks like one of Twinbook's own and is another "
            "assignment: a copy, it seems.%(known)s",
            name=name,
            number=number,
            known=known,
        ),
        sentence(
            "Ours: the one known is the original, and this one comes here as new work. Other: this one is "
            "the original and takes its place. Ignore: it stays in Aeries only. If it stands there twice by "
            "mistake, delete one in Aeries."
        ),
    )


def _by_hand(row: Problem) -> Words:
    name, number = row.details.get("name", ""), row.details.get("number", "")
    if row.details.get("kind") == "delete":
        return Words(
            sentence(
                "“%(name)s” (number %(number)s) in Aeries was made by a run that has been undone.",
                name=name,
                number=number,
            ),
            sentence(
                "Delete assignment %(number)s in Aeries by hand; Twinbook cannot. Or leave it there.",
                number=number,
            ),
        )
    return Words(
        sentence(
            "“%(name)s” (number %(number)s): Aeries could not be given back what stood there before.",
            name=name,
            number=number,
        ),
        sentence("Type in Aeries: %(value)s", value=row.details.get("text", "")),
    )


def _duplicate(row: Problem, what: str) -> Words:
    name, number = row.details.get("name", ""), row.details.get("number", "")
    reason = row.details.get("reason", "")
    if reason == ELSEWHERE:
        return Words(
            sentence("%(what)s was not created in Aeries: %(reason)s.", what=what, reason=reason),
            sentence(
                "Look whether it is still the class's gradebook; then create it there, or keep it here only."
            ),
        )
    if "aeries_id" not in row.details:
        return Words(
            sentence("%(what)s is new here; the class asks before it creates in Aeries.", what=what),
            sentence("Create or ignore it."),
        )
    if row.subject.startswith("aeries:"):
        return Words(
            sentence(
                "“%(name)s” (number %(number)s) is new in Aeries and may be an activity that is here already: "
                "%(reason)s.",
                name=name,
                number=number,
                reason=reason,
            ),
            sentence("Match them, create it here as a new one, or ignore it."),
        )
    return Words(
        sentence(
            "%(what)s may be the same work as “%(name)s” (number %(number)s) in Aeries: %(reason)s.",
            what=what,
            name=name,
            number=number,
            reason=reason,
        ),
        sentence("Match them, create a new one in Aeries, or keep it here only."),
    )


def _mass_change(row: Problem) -> Words:
    details = row.details
    parts = [_counted_mass(row, _how(details))]
    if row.subject == DISTRICT:
        parts.append(
            sentence("In the same night many other classes changed as well; an administrator was asked, too.")
        )
    if details.get("values_of"):
        parts.append(
            sentence(
                "These are the values of %(time)s: it looks as if the Aeries gradebook was restored.",
                time=mass_plan.when(details["values_of"]),
            )
        )
    if details.get("again"):
        parts.append(sentence("It is no longer the change that was asked about before."))
    return Words(
        joined(parts),
        sentence(
            "Look at the values. Approve: Twinbook takes over exactly these. Discard: the values here count, and are put "
            "back into Aeries. Scores that are saved here go on meanwhile."
        ),
    )


def _counted_mass(row: Problem, how: str) -> str:
    changed, of = row.details.get("changed", "?"), row.details.get("of", "?")
    if row.student is not None:
        return sentence(
            "%(changed)s of %(of)s values would change at once for %(student)s%(how)s; nothing was taken over.",
            changed=changed,
            of=of,
            student=row.student.name,
            how=how,
        )
    if row.activity is not None:
        return sentence(
            "%(changed)s of %(of)s values would change at once in “%(activity)s”%(how)s; nothing was taken over.",
            changed=changed,
            of=of,
            activity=row.activity.title,
            how=how,
        )
    return sentence(
        "%(changed)s of %(of)s values would change at once%(how)s; nothing was taken over.",
        changed=changed,
        of=of,
        how=how,
    )


def _how(details: dict[str, Any]) -> str:
    if "fingerprint" not in details:
        return ""
    replaced, blanked = details["replaced"], details["blanked"]
    told = [sentence("%(count)s replaced", count=replaced)] if replaced else []
    told += [sentence("%(count)s blanked", count=blanked)] if blanked else []
    return sentence(" (%(what)s)", what=joined(told, ", "))


def _activity(row: Problem) -> str:
    return sentence("the activity") if row.activity is None else f"“{row.activity.title}”"


def _student(row: Problem) -> str:
    return sentence("A student") if row.student is None else row.student.name


def _theirs(row: Problem) -> str:
    form = codec.optional_form(row.theirs_kind, row.theirs_text)
    return sentence("no value") if form is None else str(form) or sentence("a blank")

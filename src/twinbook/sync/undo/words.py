"""Why something is left as it is, and what a person does in Aeries: in words."""

from __future__ import annotations

from twinbook.core.cells import ProblemCode
from twinbook.core.sentence import sentence
from twinbook.core.undo import Reason


def left(reason: Reason) -> str:
    match reason:
        case Reason.CHANGED_HERE:
            return sentence("Changed here since; left as it is.")
        case Reason.CHANGED_THERE:
            return sentence("Changed in Aeries since, or not yet looked at; left as it is.")
        case Reason.NOT_IN_GRADEBOOK:
            return sentence("The student has no place in the Aeries gradebook now; left as it is.")
        case Reason.NOT_IN_CLASS:
            return sentence("The student is no longer active in the class; left as it is.")
        case Reason.UNREADABLE:
            return sentence("The assignment could not be read in Aeries; left as it is.")
        case Reason.DELETED:
            return sentence("The activity was deleted here since.")
        case Reason.IN_USE:
            return sentence("Somebody has edited or scored it since; it stays.")
        case Reason.UNKNOWN:
            return sentence("What was agreed before is not known; left as it is.")


def to_type(problem: ProblemCode, text: str) -> str:
    match problem:
        case ProblemCode.CLEAR_NEEDS_TYPING:
            return sentence(
                "Aeries takes no blank from other programs: clear the cell there. Held until then."
            )
        case ProblemCode.MARK_NEEDS_TYPING:
            return sentence(
                "Aeries takes no marks from other programs: type there: %(text)s. Held until then.", text=text
            )
        case ProblemCode.UNKNOWN_MARK:
            return sentence(
                "Aeries holds a mark that Twinbook never overwrites: type there: %(text)s. Held until then.",
                text=text,
            )
        case ProblemCode.NOT_IN_GRADEBOOK:
            return sentence(
                "The student cannot receive it in Aeries: add the student there, or type: %(text)s.",
                text=text,
            )
        case ProblemCode.TERM_ENDED:
            return sentence(
                "The term in Aeries has ended: say “send anyway”, or type there: %(text)s.", text=text
            )
        case _:
            return sentence("Type there: %(text)s.", text=text)


def stays_there(value: str) -> str:
    shown = value or "blank"
    return sentence(
        "The class is no longer joined with that gradebook: type there, if it should go back too: %(shown)s.",
        shown=shown,
    )


def field_to_type(text: str) -> str:
    return sentence(
        "It stood differently in Aeries before: type there, if it should go back too: %(value)s.",
        value=text or "blank",
    )


def delete(number: int, title: str) -> str:
    return sentence(
        "The run made assignment %(number)s, “%(title)s”, in Aeries. Delete it there by hand; Twinbook "
        "cannot.",
        number=number,
        title=title,
    )

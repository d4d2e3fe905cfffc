"""Why something is left as it is, and what a person does in Aeries: in words."""

from __future__ import annotations

from twinbook.core.cells import ProblemCode
from twinbook.core.undo import Reason


def left(reason: Reason) -> str:
    match reason:
        case Reason.CHANGED_HERE:
            return "Changed here since; left as it is."
        case Reason.CHANGED_THERE:
            return "Changed in Aeries since, or not yet looked at; left as it is."
        case Reason.NOT_IN_GRADEBOOK:
            return "The student has no place in the Aeries gradebook now; left as it is."
        case Reason.NOT_IN_CLASS:
            return "The student is no longer active in the class; left as it is."
        case Reason.UNREADABLE:
            return "The assignment could not be read in Aeries; left as it is."
        case Reason.DELETED:
            return "The activity was deleted here since."
        case Reason.IN_USE:
            return "Somebody has edited or scored it since; it stays."
        case Reason.UNKNOWN:
            return "What was agreed before is not known; left as it is."


def to_type(problem: ProblemCode, text: str) -> str:
    match problem:
        case ProblemCode.CLEAR_NEEDS_TYPING:
            return "Aeries takes no blank from other programs: clear the cell there. Held until then."
        case ProblemCode.MARK_NEEDS_TYPING:
            return f"Aeries takes no marks from other programs: type there: {text}. Held until then."
        case ProblemCode.UNKNOWN_MARK:
            return f"Aeries holds a mark that Twinbook never overwrites: type there: {text}. Held until then."
        case ProblemCode.NOT_IN_GRADEBOOK:
            return f"The student cannot receive it in Aeries: add the student there, or type: {text}."
        case ProblemCode.TERM_ENDED:
            return f"The term in Aeries has ended: say “send anyway”, or type there: {text}."
        case _:
            return f"Type there: {text}."


def stays_there(value: str) -> str:
    shown = value or "blank"
    return (
        f"The class is no longer joined with that gradebook: type there, if it should go back too: {shown}."
    )


def field_to_type(text: str) -> str:
    return f"It stood differently in Aeries before: type there, if it should go back too: {text or 'blank'}."


def delete(number: int, title: str) -> str:
    return (
        f"The run made assignment {number}, “{title}”, in Aeries. Delete it there by hand; Twinbook cannot."
    )

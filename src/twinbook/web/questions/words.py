"""The kinds of questions and their choices in a teacher's words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def kind(code: str, *, of_field: bool) -> str:
    match code:
        case "conflict":
            return _("Different fields of activities") if of_field else _("Different scores")
        case "mark_needs_typing":
            return _("Marks to type in Aeries")
        case "clear_needs_typing":
            return _("Scores to clear in Aeries")
        case "rejected_by_aeries":
            return _("Refused by Aeries")
        case "unknown_mark":
            return _("Marks that Twinbook does not know")
        case "student_not_in_gradebook":
            return _("Students missing in the Aeries gradebook")
        case "student_readded":
            return _("Students dropped or added again in Aeries")
        case "student_moved":
            return _("Students who moved to another section")
        case "same_student":
            return _("Added by hand, and in the roster now")
        case "merge_conflict":
            return _("Different scores of two students who were merged")
        case "category_gone" | "category_unmapped":
            return _("Categories without a partner")
        case "gradebook_gone":
            return _("The Aeries gradebook is gone")
        case "deleted_in_aeries":
            return _("Gone from Aeries")
        case "deleted_in_lms":
            return _("Deleted here, still in Aeries")
        case "possible_duplicate":
            return _("Perhaps the same work twice")
        case "zeros_ahead":
            return _("Blanks that would become zeros")
        case "unsupported_maxima" | "points_changed":
            return _("Points that do not fit")
        case "copy_suspected":
            return _("Copies in Aeries")
        case "mass_change":
            return _("Many changes at once")
        case "term_ended":
            return _("The term has ended")
        case "undo_by_hand":
            return _("To do by hand in Aeries")
        case _:
            return _("Other questions")


def explained(code: str, *, of_field: bool) -> str:
    match code:
        case "conflict" if of_field:
            return _("Changed here and in Aeries since both agreed. Scores go on meanwhile.")
        case "conflict":
            return _(
                "Changed here and in Aeries since both agreed. Nothing is overwritten before you choose."
            )
        case "mark_needs_typing":
            return _("Aeries takes no marks from other programs. Type each in Aeries; it closes by itself.")
        case "clear_needs_typing":
            return _("Aeries cannot be told to clear a score. Clear each in Aeries; it closes by itself.")
        case "zeros_ahead":
            return _(
                "Once grading is completed in Aeries, every blank there counts as zero, also for parents."
            )
        case "deleted_in_aeries":
            return _("Gone from the Aeries gradebook. Nothing was deleted here.")
        case "deleted_in_lms":
            return _(
                "Twinbook deletes nothing in Aeries. Delete each there and it closes by itself, or choose otherwise."
            )
        case "copy_suspected":
            return _("Nothing is read from them or written to them before you say what they are.")
        case "student_not_in_gradebook":
            return _("Add them in Aeries (Gradebook › Students); their scores follow by themselves.")
        case _:
            return ""


def _zeros(text: str | None) -> str:
    number = int(text or 0)
    return ngettext(
        "Complete grading: %(count)d blank becomes a zero",
        "Complete grading: %(count)d blanks become zeros",
        number,
    ) % {"count": number}


def choice(code: str, word: str, *, of_one: bool, ours: str | None = None, theirs: str | None = None) -> str:
    """A button's text; for one question it names the value."""
    match code, word:
        case "conflict", "lms":
            return _("Keep ours: %(value)s") % {"value": ours or _("blank")} if of_one else _("Ours count")
        case "conflict", "aeries":
            return (
                _("Take Aeries’: %(value)s") % {"value": theirs or _("blank")}
                if of_one
                else _("Aeries’ count")
            )
        case _, "use_aeries":
            return (
                _("Take Aeries’: %(value)s") % {"value": theirs or _("blank")}
                if of_one
                else _("Take Aeries’ values")
            )
        case "unknown_mark", "keep_mark":
            return _("Keep it") if of_one else _("Keep them")
        case (("mark_needs_typing" | "clear_needs_typing"), "check_again"):
            return _("Done in Aeries, check now")
        case _, "check_again":
            return _("Check now")
        case _, "retry":
            return _("Try again")
        case "possible_duplicate", "match":
            return _("They are the same")
        case "possible_duplicate", "create":
            return _("Create it as new")
        case "possible_duplicate", "ignore":
            return _("Leave it alone")
        case "zeros_ahead", "switch":
            return _zeros(theirs) if of_one else _("Complete grading: the blanks become zeros")
        case "zeros_ahead", "leave":
            return _("Leave it open")
        case "deleted_in_aeries", "recreate":
            return _("Create it in Aeries again")
        case "deleted_in_aeries", "keep_here":
            return _("Keep it here only")
        case "deleted_in_aeries", "delete_here":
            return _("Delete it here too")
        case "deleted_in_lms", "restore_here":
            return _("Restore it here")
        case "deleted_in_lms", "leave_in_aeries":
            return _("Leave it in Aeries only")
        case "copy_suspected", "ours":
            return _("Ours is the original: bring this one here as new work")
        case "copy_suspected", "other":
            return _("This one is the original: let it take the place of ours")
        case "copy_suspected", "ignore":
            return _("Leave it in Aeries only")
        case "student_readded", "send_ours":
            return _("Put ours back into Aeries")
        case "same_student", "merge":
            return _("Merge them")
        case "same_student", "keep_apart":
            return _("Keep them apart")
        case "merge_conflict", "use_by_hand":
            return _("Take the one saved by hand")
        case "merge_conflict", "keep_roster":
            return (
                _("Keep the other: %(value)s") % {"value": ours or _("blank")}
                if of_one
                else _("Keep the others")
            )
        case "student_moved", "take_along":
            return _("Take them along")
        case "student_moved", "leave_here":
            return _("Leave them here")
        case "term_ended", "send_anyway":
            return _("Send anyway")
        case "term_ended", "keep_here":
            return _("Keep it here only")
        case _:
            return word.replace("_", " ").capitalize()

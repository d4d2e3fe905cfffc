"""Why two items belong together, in a teacher's words."""

from datetime import date

from twinbook.core.matching.evidence import Evidence
from twinbook.core.matching.items import LmsActivity, SisAssignment
from twinbook.core.matching.names import read_title


def reason_for(
    evidence: Evidence, row: int, column: int, activity: LmsActivity, assignment: SisAssignment
) -> str:
    """One line such as "same points and due date, 29 of 31 scores equal, name differs"."""
    same, differs = [], []
    for word, verdict in (
        ("name", _name(evidence, row, column, activity, assignment)),
        ("points", activity.points in (assignment.points_possible, assignment.number_correct_possible)),
        ("due date", _due(activity.due_on, assignment.due_on)),
    ):
        if verdict is True:
            same.append(word)
        elif verdict is False:
            differs.append(f"{word} differ" if word == "points" else f"{word} differs")
        elif verdict is not None:
            differs.append(verdict)
    parts = [f"same {_listed(same)}"] if same else []
    parts += _scores(evidence, row, column)
    return ", ".join(parts + differs)


def _name(
    evidence: Evidence, row: int, column: int, activity: LmsActivity, assignment: SisAssignment
) -> bool | str:
    if read_title(activity.title).plain == read_title(assignment.name).plain:
        return True
    apart = read_title(activity.title).marked ^ read_title(assignment.name).marked
    if evidence.titles.other_work[row, column] < 0 and apart:
        return f"“{min(apart)}” in one name only"
    if evidence.titles.renumbered[row, column]:
        return "numbered differently throughout"
    words, numbers = float(evidence.titles.words[row, column]), float(evidence.titles.numbers[row, column])
    if words > 1.0:
        return "similar name, other number" if numbers <= -1.0 else "similar name"
    return "same number, name differs" if numbers >= 1.0 else False


def _due(ours: date | None, theirs: date | None) -> bool | str | None:
    if ours is None and theirs is None:
        return None
    if ours is None or theirs is None:
        return "due date on one side only"
    days = abs((theirs - ours).days)
    if days == 0:
        return True
    return "due date one day apart" if days == 1 else f"due dates {days} days apart"


def _scores(evidence: Evidence, row: int, column: int) -> list[str]:
    common = int(evidence.scores.common[row, column])
    if common == 0:
        return ["no scores to compare yet"]
    equal = int(evidence.scores.equal[row, column])
    if evidence.scores.moved[row, column]:
        return [f"{equal} of {common} scores agree after one rule for the whole column"]
    if equal == common:
        return [f"all {common} scores equal" if common > 1 else "the one common score equal"]
    parted = evidence.scores.weight[row, column] < 0
    return [f"but only {equal} of {common} scores equal" if parted else f"{equal} of {common} scores equal"]


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]

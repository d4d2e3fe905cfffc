"""Why two items belong together, in a teacher's words."""

from datetime import date

from twinbook.core.matching.evidence import Evidence
from twinbook.core.matching.items import LmsActivity, SisAssignment
from twinbook.core.matching.names import read_title
from twinbook.core.sentence import counted, joined, sentence


def reason_for(
    evidence: Evidence, row: int, column: int, activity: LmsActivity, assignment: SisAssignment
) -> str:
    """One line such as "same points and due date, 29 of 31 scores equal, name differs"."""
    same: list[str] = []
    differs: list[str] = []
    for word, other, verdict in (
        (sentence("name"), sentence("name differs"), _name(evidence, row, column, activity, assignment)),
        (
            sentence("points"),
            sentence("points differ"),
            activity.points in (assignment.points_possible, assignment.number_correct_possible),
        ),
        (sentence("due date"), sentence("due date differs"), _due(activity.due_on, assignment.due_on)),
    ):
        if verdict is True:
            same.append(word)
        elif verdict is False:
            differs.append(other)
        elif verdict is not None:
            differs.append(verdict)
    parts = [sentence("same %(things)s", things=_listed(same))] if same else []
    return joined([*parts, _scores(evidence, row, column), *differs], ", ")


def _name(
    evidence: Evidence, row: int, column: int, activity: LmsActivity, assignment: SisAssignment
) -> bool | str:
    if read_title(activity.title).plain == read_title(assignment.name).plain:
        return True
    apart = read_title(activity.title).marked ^ read_title(assignment.name).marked
    if evidence.titles.other_work[row, column] < 0 and apart:
        return sentence("“%(word)s” in one name only", word=min(apart))
    if evidence.titles.renumbered[row, column]:
        return sentence("numbered differently throughout")
    words, numbers = float(evidence.titles.words[row, column]), float(evidence.titles.numbers[row, column])
    if words > 1.0:
        return sentence("similar name, other number") if numbers <= -1.0 else sentence("similar name")
    return sentence("same number, name differs") if numbers >= 1.0 else False


def _due(ours: date | None, theirs: date | None) -> bool | str | None:
    if ours is None and theirs is None:
        return None
    if ours is None or theirs is None:
        return sentence("due date on one side only")
    days = abs((theirs - ours).days)
    if days == 0:
        return True
    return (
        sentence("due date one day apart")
        if days == 1
        else sentence("due dates %(days)s days apart", days=days)
    )


def _scores(evidence: Evidence, row: int, column: int) -> str:
    common = int(evidence.scores.common[row, column])
    if common == 0:
        return sentence("no scores to compare yet")
    equal = int(evidence.scores.equal[row, column])
    if evidence.scores.moved[row, column]:
        return sentence(
            "%(equal)s of %(common)s scores agree after one rule for the whole column",
            equal=equal,
            common=common,
        )
    if equal == common:
        return counted("the one common score equal", "all %(count)s scores equal", common)
    if evidence.scores.weight[row, column] < 0:
        return sentence("but only %(equal)s of %(common)s scores equal", equal=equal, common=common)
    return sentence("%(equal)s of %(common)s scores equal", equal=equal, common=common)


def _listed(words: list[str]) -> str:
    if len(words) == 1:
        return words[0]
    return sentence("%(first)s and %(last)s", first=joined(words[:-1], ", "), last=words[-1])

"""Grading completed by the class's rule (A6), judged on Aeries' answer.

Without the flag a score does not count there; with it every blank counts as zero. A rule therefore fires once for an
activity, and never where it would leave a blank: that is a question, with the number of zeros. A switch by a person, on
either side, before or after, stands.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.report import Line, Report
from twinbook.core.carry_out.views import GradingRule, LinkView, PairView
from twinbook.core.fields import Field, FieldChange
from twinbook.core.remote import TheirCell
from twinbook.core.sentence import sentence

_WHY = {
    GradingRule.WHEN_EVERYONE: sentence("by the class's rule: everyone has a value in Aeries"),
    GradingRule.ON_DUE_DATE: sentence("by the class's rule: the due date has come"),
}


def follow_rule(
    link: LinkView, pair: PairView, rows: Mapping[int, TheirCell], report: Report
) -> Generator[ef.Effect, Any, bool]:
    """`rows`: the newest reading of all scores. True: the flag was switched here and is to be sent.

    Interrupted: the switch and that the rule has fired are one commit; what was not sent is found as an edit.
    """
    if link.grading_rule is GradingRule.BY_HAND or pair.rule_fired:
        yield from _no_question(link, pair)
        return False
    if pair.their_grading_completed or pair.activity.grading_completed:
        # Somebody has done it: should they take it back, that stands as well.
        if link.writes:
            yield ef.Commit((ch.RuleFired(pair.id), _closed(pair)))
        return False
    blanks = _without_value(link, pair, rows)
    if not _due(link, pair, blanks):
        yield from _no_question(link, pair)
        return False
    if blanks:
        report.count("held")
        if link.writes:
            yield ef.Commit((_asked(pair, blanks),))
        return False
    return (yield from _switch(link, pair, report))


def _due(link: LinkView, pair: PairView, blanks: list[int]) -> bool:
    match link.grading_rule:
        case GradingRule.WHEN_EVERYONE:
            return not blanks and any(True for _ in _in_gradebook(link, pair))
        case GradingRule.ON_DUE_DATE:
            return pair.their_due_on is not None and pair.their_due_on <= link.today
        case GradingRule.BY_HAND:
            return False


def _in_gradebook(link: LinkView, pair: PairView) -> list[int]:
    """StudentIDs of those to whom a blank would count: active there, with a span that holds the due date."""
    day = pair.their_due_on or link.today
    return [row.student_id for row in link.students if not row.tag.strip() and row.spans(day)]


def _without_value(link: LinkView, pair: PairView, rows: Mapping[int, TheirCell]) -> list[int]:
    """An absent row is unknown, and no value that anybody could rely on."""
    blank = link.far.blank
    return [sis for sis in _in_gradebook(link, pair) if sis not in rows or rows[sis].form == blank]


def _switch(link: LinkView, pair: PairView, report: Report) -> Generator[ef.Effect, Any, bool]:
    change = FieldChange(Field.GRADING_COMPLETED, "no", "yes")
    before, after = (f"{change.field.value}: {text}" for text in (change.before, change.after))
    report.add(Line("lms", "update_activity", pair.activity.id, None, before, after), "activities_updated")
    if not link.writes:
        return False
    why = _WHY[link.grading_rule]
    step = ch.SetOurFields(pair.id, pair.activity.id, pair.activity.version, (change,), why)
    committed: ef.Committed = yield ef.Commit((step, ch.RuleFired(pair.id), _closed(pair)))
    if committed.lost:
        # Whoever edited the activity meanwhile may have meant this flag: the rule is judged anew.
        yield ef.Commit((ch.RuleFired(pair.id, fired=False),))
    return True


def _asked(pair: PairView, blanks: list[int]) -> ch.JudgeSubjects:
    subject = _subject(pair)
    details = {"zeros": str(len(blanks)), "students": ",".join(map(str, blanks))}
    held = ch.Held("zeros_ahead", activity=pair.activity.id, pair=pair.id, details=details)
    return ch.JudgeSubjects(subject, {subject: held})


def _closed(pair: PairView) -> ch.JudgeSubjects:
    return ch.JudgeSubjects(_subject(pair), {})


def _no_question(link: LinkView, pair: PairView) -> Generator[ef.Effect, Any, None]:
    if pair.zeros_asked and link.writes:
        yield ef.Commit((_closed(pair),))


def _subject(pair: PairView) -> str:
    return f"zeros:{pair.activity.id}"

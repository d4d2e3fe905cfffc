"""Everything of a class in one look (the night, the force button), with the brake over the whole.

It works pair by pair and gives way to pushes between them; what it would take over is judged as a whole before any of it
is.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from dataclasses import replace
from datetime import datetime
from typing import Any

from twinbook.core.brake import Compared
from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.create import (
    EXTERNAL_PREFIX,
    MADE_AFTER_THE_BACKUP,
    activity_item,
    copy_details,
    is_stranger,
    known_pairs,
    lms_item,
    sis_item,
)
from twinbook.core.carry_out.one_pair import enrol_new, in_order, one_pair
from twinbook.core.carry_out.outcome import Look, LookOutcome
from twinbook.core.carry_out.pair_work import LONG_AGO, PairWork
from twinbook.core.carry_out.ready import is_stale, read_gradebook, read_students
from twinbook.core.carry_out.report import Line
from twinbook.core.carry_out.scores_outcome import BlankedThere, Older, Pending, kind_of
from twinbook.core.carry_out.taking_over import conclude, planned
from twinbook.core.carry_out.vanished import deleted_here, found_again, not_found
from twinbook.core.carry_out.views import LinkView, NewItems, PairHead, PairState, PairView
from twinbook.core.matching import LmsActivity, SisAssignment, likely_partners
from twinbook.core.sentence import sentence
from twinbook.core.snapshot import TheirAssignment
from twinbook.core.values import Blank

Habits = list[tuple[LmsActivity, SisAssignment]]
"""The class's pairs, which teach the proposer its habits."""


FEW = 3


def _unseen(what: str) -> ef.Trouble:
    message = sentence(
        "Aeries' answer is not whole: %(what)s. Nothing was changed; it is looked at again.", what=what
    )
    return ef.Trouble(ef.Family.BAD_ANSWER, message)


class Whole:
    def __init__(self, lane: ef.Lane, *, only_plan: bool = False) -> None:
        self.lane = lane
        self.only_plan = only_plan
        self.out = LookOutcome()
        self.pending: list[Pending] = []
        self.compared: list[Compared] = []
        self.blanks: list[BlankedThere] = []
        self.older: list[Older] = []
        self.questions: dict[str, ch.Held] = {}
        self.item_trouble: ef.Trouble | None = None
        self.strangers = False
        self.head: ef.GradebookHead | None = None
        self.listed: ef.StudentList | None = None
        self.listed_at = LONG_AGO
        self.most_vanished = False

    def run(self) -> Look:
        link: LinkView = yield ef.LoadLink()
        trouble = yield from self._header(link)
        if trouble is not None:
            self.out.trouble = trouble
            return self.out
        listing = yield ef.ListAssignments(self.lane, reuse=False)
        if isinstance(listing, ef.Trouble):
            self.out.trouble = listing
            return self.out
        self.listed_at = listing.began_at
        link = yield from self._link()
        if not listing.assignments and any(head.state is PairState.LINKED for head in link.pairs):
            self.out.trouble = ef.Trouble(
                ef.Family.BAD_ANSWER,
                sentence("Aeries listed no assignments for a gradebook that has some; nothing was changed."),
            )
            return self.out
        self.most_vanished = _most_vanished(link, listing)
        link = yield from enrol_new(link, self.lane, listing)
        yield from self._pairs(link, listing)
        if self._stopped():
            return self.out
        yield from self._finish(listing, seen=link.generation)
        return self.out

    def _link(self) -> Generator[ef.Effect, Any, LinkView]:
        """As it is stored now; a dry run stores nothing of what it read and puts it in here."""
        link: LinkView = yield ef.LoadLink()
        if link.writes:
            return link
        terms = link.terms if self.head is None else self.head.terms
        students = link.students if self.listed is None else self.listed.students
        return replace(link, terms=terms, students=students)

    def _stopped(self) -> bool:
        return self.out.trouble is not None and self.out.trouble.stops_the_class

    def _header(self, link: LinkView) -> Generator[ef.Effect, Any, ef.Trouble | None]:
        identity = yield ef.CheckIdentity(self.lane)
        if isinstance(identity, ef.Trouble):
            return identity
        head = yield from read_gradebook(link, self.lane)
        if isinstance(head, ef.Trouble):
            return head
        self.head = head
        now: datetime = yield ef.Now()
        return (yield from self._students(link)) if is_stale(link.students_read_at, now) else None

    def _students(self, link: LinkView) -> Generator[ef.Effect, Any, ef.Trouble | None]:
        listed = yield from read_students(link, self.lane)
        if isinstance(listed, ef.Trouble):
            return listed
        self.listed = listed
        return None

    def _pairs(self, link: LinkView, listing: ef.Listing) -> Generator[ef.Effect, Any, None]:
        by_id = {assignment.unique_id: assignment for assignment in listing.assignments}
        heads = [
            head for head in in_order(link.pairs) if head.state in (PairState.LINKED, PairState.CREATING)
        ]
        for done, head in enumerate(heads):
            yield ef.Progress(done, len(heads), head.title)
            yield from self._give_way(link)
            yield from self._pair(link, head, by_id)
            if self._stopped():
                return
        if not link.writes:
            yield from self._would_create(link)
        yield ef.Progress(len(heads), len(heads), "")

    def _would_create(self, link: LinkView) -> Generator[ef.Effect, Any, None]:
        """What a dry run would have enrolled first."""
        if link.new_in_lms is not NewItems.CREATE:
            return
        for activity in link.new_activities:
            pair: PairView | None = yield ef.LoadUnpaired(activity.id)
            if pair is not None:
                yield from self._work(link, pair, None)

    def _give_way(self, link: LinkView) -> Generator[ef.Effect, Any, None]:
        """Saves made meanwhile go first, in their own lane (J3). What stays dirty is tried once, and left to the next look."""
        if not link.writes:
            return
        tried: set[int] = set()
        while (dirty := (yield ef.NextDirty())) is not None and dirty not in tried:
            tried.add(dirty)
            side = LookOutcome(report=self.out.report)
            yield from one_pair(link, dirty, ef.Lane.PERSON, side)
            self.out.pushed |= side.pushed
            self.out.again |= side.again
            self._note(side.trouble)
            if self._stopped():
                return

    def _pair(
        self, link: LinkView, head: PairHead, by_id: dict[str, TheirAssignment]
    ) -> Generator[ef.Effect, Any, None]:
        if self._stopped():
            return
        if head.state is PairState.LINKED and head.unique_id not in by_id:
            if link.writes:
                yield from self._not_listed(link, head)
            return
        if head.activity_deleted:
            found = replace(head, missing_since=None)
            if link.writes and head.missing_since is not None:
                yield ef.Commit((ch.Missing(head.id, None),))
            self._note(trouble=(yield from deleted_here(link, found, self.lane, self.out.report)))
            return
        pair: PairView | None = yield ef.LoadPair(head.id)
        if pair is None:
            return
        if link.writes and (seen := found_again(head, pair.open_question)):
            yield ef.Commit(seen)
        fresh = yield from self._link()
        yield from self._work(fresh, pair, by_id.get(head.unique_id or ""))

    def _not_listed(self, link: LinkView, head: PairHead) -> Generator[ef.Effect, Any, None]:
        """Until a second look has made it a question, the class was not seen."""
        asked = self.out.report.counts["held"]
        trouble = yield from not_found(link, head, self.lane, self.out.report)
        if trouble is None and self.out.report.counts["held"] == asked and not head.activity_deleted:
            trouble = _unseen(sentence("the list of assignments lacks one that it had"))
        self._note(trouble)

    def _work(
        self, link: LinkView, pair: PairView, assignment: TheirAssignment | None
    ) -> Generator[ef.Effect, Any, None]:
        work = PairWork(link, pair, self.lane, self.out.report)
        scores = yield from work.run(assignment, self.listed_at)
        self.out.again |= work.again
        self.out.pushed |= work.wrote
        self._note(
            _unseen(sentence("an assignment was not found where it stood")) if work.unsure else work.trouble
        )
        if scores is None or self._stopped():
            return
        if scores.unseen:
            self._note(
                _unseen(
                    sentence(
                        "the scores of an assignment lack %(count)s that were there", count=scores.unseen
                    )
                )
            )
        self.compared += scores.compared
        self.blanks += scores.blanks
        self.pending += scores.pending
        self.older += scores.older

    def _note(self, trouble: ef.Trouble | None) -> None:
        """What stops one item is told; what stops the class ends the look."""
        if trouble is None:
            return
        if trouble.stops_the_class:
            self.out.trouble = trouble
            return
        self.item_trouble = trouble
        self.out.report.troubles.append(trouble.message)

    def _finish(self, listing: ef.Listing, *, seen: int) -> Generator[ef.Effect, Any, None]:
        """Students are read after the scores (C7); then the brake judges, and what it lets through is taken over.

        `seen`: the generation of the view whose pairs were looked at; a later one may hold what nobody saw (J1).
        """
        before = yield from self._link()
        trouble = yield from self._students(before)
        if trouble is not None:
            self.out.trouble = trouble
            return
        link = yield from self._link()
        # Scores that waited for a student of this list go now, not at the next night.
        self.out.again |= link.writes and set(link.students) != set(before.students)
        yield from self._judge_blanks(link)
        yield from self._judge_movers(link)
        now: datetime = yield ef.Now()
        plan = planned(link, self.pending, self.compared, now)
        self.out.planned = plan
        if not (self.only_plan and plan.pending):
            yield from conclude(link, plan, self.out)
        yield from self._new_in_aeries(link, listing)
        if link.writes and self.out.trouble is None and not self.out.again:
            complete = self.item_trouble is None
            looked = ch.LinkLooked(seen, complete, self.out.pushed, self.strangers)
            yield ef.Commit((looked,))
        self.out.trouble = self.out.trouble or self.item_trouble

    def _judge_blanks(self, link: LinkView) -> Generator[ef.Effect, Any, None]:
        """Cells that Aeries shows blank where a value stands here (C7): taken over only for a student whose place in the
        gradebook is the one the value was agreed under; else all cells of the student are one question."""
        readded: dict[int, ch.Held] = {}
        blanked: set[tuple[int, int]] = set()
        for blank in self.blanks:
            step = blank.pending.step
            if not link.same_membership(blank.sis_student_id, blank.agreed_as):
                readded[step.student] = ch.Held("student_readded", student=step.student)
                continue
            self.pending.append(blank.pending)
            blanked.add((step.student, step.activity))
        self.compared = [
            replace(cell, overwritten=True, blanked=True)
            if (cell.student, cell.activity) in blanked
            else cell
            for cell in self.compared
        ]
        self.out.report.count("held", len(readded))
        if link.writes:
            held = {f"student:{student}": question for student, question in readded.items()}
            yield ef.Commit((ch.JudgeSubjects("student", held),))

    def _judge_movers(self, link: LinkView) -> Generator[ef.Effect, Any, None]:
        """What students who moved brought is offered as one plan for each (C7); nothing of it goes along by itself."""
        titles = {head.activity_id: head.title for head in link.pairs}
        plans: dict[int, dict[str, str]] = {}
        for cell in self.older:
            theirs = "" if cell.theirs.value is None else str(cell.theirs.value)
            title = titles.get(cell.activity, "")
            shown = (cell.ours.version, str(cell.ours.value), cell.theirs.kind, theirs, title)
            plans.setdefault(cell.student, {})[f"cell:{cell.activity}"] = json.dumps(shown)
        self.out.report.count("held", len(self.older))
        if link.writes:
            held = {
                f"moved:{student}": ch.Held("student_moved", student=student, details=details)
                for student, details in plans.items()
            }
            yield ef.Commit((ch.JudgeSubjects("moved", held),))

    def _new_in_aeries(self, link: LinkView, listing: ef.Listing) -> Generator[ef.Effect, Any, None]:
        """A4, the other direction: assignments that stand in no pair."""
        paired = {head.unique_id for head in link.pairs if not head.remembered}
        waiting = yield from self._waiting_here(link)
        candidates = [lms_item(pair) for pair in waiting]
        candidates += [
            activity_item(head.ours)
            for head in link.pairs
            if head.ours is not None and head.without_partner and not head.activity_deleted
        ]
        habits = known_pairs(link, listing)
        creating = {pair.external_id for pair in waiting if pair.create_sent_at is not None}
        for assignment in listing.assignments:
            if assignment.unique_id in paired or assignment.external_id in creating:
                continue
            if assignment.category_code in link.ignored_codes:
                continue
            self.strangers |= is_stranger(link, listing, assignment)
            yield from self._one_new(link, assignment, candidates, habits, listing)
        if link.writes:
            listed = {assignment.unique_id for assignment in listing.assignments}
            deleted = sorted(link.to_delete - listed)
            yield ef.Commit(
                (
                    ch.JudgeSubjects("aeries", self.questions),
                    *(ch.JudgeSubjects(f"undo:{unique_id}", {}) for unique_id in deleted),
                )
            )

    def _waiting_here(self, link: LinkView) -> Generator[ef.Effect, Any, list[PairView]]:
        """Activities here that are in no pair with an assignment yet: a new one there may be the same work."""
        found: list[PairView] = []
        for head in link.pairs:
            if head.state is PairState.CREATING:
                pair: PairView | None = yield ef.LoadPair(head.id)
                if pair is not None:
                    found.append(pair)
        for activity in link.new_activities:
            unpaired: PairView | None = yield ef.LoadUnpaired(activity.id)
            if unpaired is not None:
                found.append(unpaired)
        return found

    def _one_new(
        self,
        link: LinkView,
        assignment: TheirAssignment,
        candidates: list[LmsActivity],
        habits: Habits,
        listing: ef.Listing,
    ) -> Generator[ef.Effect, Any, None]:
        report = self.out.report
        stranger = is_stranger(link, listing, assignment)
        ignored = (link.new_in_aeries is NewItems.IGNORE and not stranger) or assignment.untouchable
        if not ignored:
            asked = assignment.unique_id not in link.create_here
            question = self._question_about(link, assignment, candidates, habits, listing) if asked else None
            if question is not None:
                report.count("held")
                self.questions[f"aeries:{assignment.unique_id}"] = question
                return
            report.add(
                Line("lms", "create_activity", None, None, None, assignment.title, assignment.title),
                "activities_created",
            )
            self.out.again |= link.writes
            if not link.writes:
                yield from self._would_fill(link, assignment)
        if link.writes:
            category = link.categories.category_of.get(assignment.category_code)
            yield ef.Commit((ch.CreateHere(assignment, category, ignored),))

    def _would_fill(self, link: LinkView, assignment: TheirAssignment) -> Generator[ef.Effect, Any, None]:
        """The scores that would come with a new activity: a look that writes takes them over in its next round."""
        reading = yield ef.ReadScores(assignment.unique_id, self.lane, will_write=False)
        if isinstance(reading, ef.Trouble):
            self._note(reading)
            return
        for sis_student_id, cell in reading.rows.items():
            value = link.far.decode(cell, assignment.weight_max)
            student = link.roster.get(sis_student_id)
            if student is not None and not isinstance(value, Blank):
                line = Line("lms", kind_of(value), None, student, None, str(value), assignment.title)
                self.out.report.add(line, "scores_set")

    def _question_about(
        self,
        link: LinkView,
        assignment: TheirAssignment,
        candidates: list[LmsActivity],
        habits: Habits,
        listing: ef.Listing,
    ) -> ch.Held | None:
        details = {
            "aeries_id": assignment.unique_id,
            "number": str(assignment.number),
            "name": assignment.title,
        }
        stranger = is_stranger(link, listing, assignment)
        if not stranger and (
            assignment.external_id.startswith(EXTERNAL_PREFIX) or _was_known(link, assignment)
        ):
            return ch.Held("copy_suspected", details=_copied(link, assignment, listing))
        if assignment.category_code not in link.categories.category_of:
            return ch.Held("category_unmapped", details=details)
        if self.most_vanished:
            reason = "most other assignments of this gradebook vanished at the same time"
            return ch.Held("possible_duplicate", details={**details, "reason": reason})
        partners = likely_partners(sis_item(assignment), candidates, habits) if candidates else ()
        if partners:
            return ch.Held(
                "possible_duplicate",
                details={**details, "activity_id": partners[0].id, "reason": partners[0].reason},
            )
        if stranger:
            return ch.Held("possible_duplicate", details={**details, "reason": MADE_AFTER_THE_BACKUP})
        if link.new_in_aeries is NewItems.ASK:
            return ch.Held(
                "possible_duplicate", details={**details, "reason": sentence("new in Aeries; the class asks")}
            )
        return None


def _most_vanished(link: LinkView, listing: ef.Listing) -> bool:
    """Most pairs are not in the list: another gradebook under this number, or one that was restored under new ids. What
    is new there is then asked about, and nothing is created by itself."""
    listed = {assignment.unique_id for assignment in listing.assignments}
    linked = [head for head in link.pairs if head.state is PairState.LINKED]
    gone = sum(head.unique_id not in listed for head in linked)
    return bool(linked) and (gone == len(linked) or (gone >= FEW and gone * 2 > len(linked)))


def _was_known(link: LinkView, assignment: TheirAssignment) -> bool:
    return any(head.remembered and head.unique_id == assignment.unique_id for head in link.pairs)


def _copied(link: LinkView, copy: TheirAssignment, listing: ef.Listing) -> dict[str, str]:
    """With the work here that it is a copy of, if it is this class's."""
    head = next((h for h in link.pairs if h.external_id and h.external_id == copy.external_id), None)
    if head is None or head.activity_id is None or head.activity_deleted:
        return copy_details(copy, None, None)
    numbers = (a.number for a in listing.assignments if a.unique_id == head.unique_id)
    return copy_details(copy, head.activity_id, next(numbers, None))

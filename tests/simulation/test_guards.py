"""Guards removed one by one: what each protects from. (C4's echo and C1's pair base: test_one_cell, test_properties.)"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.simulation.network import Fate, scripted
from tests.simulation.room import Class, Work, classroom, disagreements, sis
from tests.simulation.store import Pair, Store
from tests.simulation.world import Worker
from twinbook.core.carry_out.look import push
from twinbook.core.carry_out.views import CellView, LinkView
from twinbook.core.cells import Policy
from twinbook.core.snapshot import OurStudent, TheirTerm


def push_twice_under_one_lease(world: Class) -> None:
    """Between the two pushes a teacher types 7 in Aeries, and here somebody saves 9."""
    lease = world.store.take_lease()
    world.type_here(1, 1, "6")
    Worker(world, push(), lease).run()
    world.type_there(1, 1, "7")
    world.type_here(1, 1, "9")
    Worker(world, push(), lease).run()


class TestReadBeforeWrite:
    def test_each_push_reads_first_and_asks(self) -> None:
        world = classroom()
        push_twice_under_one_lease(world)
        assert world.there(1, 1) == "7"
        assert world.codes() == {"cell:1:1": "conflict"}

    def test_without_it_the_teachers_value_is_overwritten(self) -> None:
        """A reading that serves for an hour: the same as none. The window of three seconds is this gap, bounded."""
        world = classroom()
        world.reuse = timedelta(hours=1)
        push_twice_under_one_lease(world)
        assert world.there(1, 1) == "9"
        assert world.codes() == {}

    def test_no_reading_serves_after_a_doubtful_ending(self) -> None:
        world = classroom()
        world.reuse = timedelta(hours=1)
        lease = world.store.take_lease()
        world.type_here(1, 1, "6")
        world.network.fates = scripted(Fate.NEVER)
        Worker(world, push(), lease).run()
        world.type_there(1, 1, "7")
        Worker(world, push(), lease).run()
        assert world.there(1, 1) == "7"
        assert world.codes() == {"cell:1:1": "conflict"}

    def test_nor_one_made_under_another_lease(self) -> None:
        world = classroom()
        world.reuse = timedelta(hours=1)
        world.type_here(1, 1, "6")
        world.push()
        world.type_there(1, 1, "7")
        world.type_here(1, 1, "9")
        world.push()
        assert world.codes() == {"cell:1:1": "conflict"}


def an_older_value_lands_after_a_newer(world: Class) -> None:
    world.type_here(1, 1, "9")
    world.network.fates = scripted(Fate.LATE)
    world.push()
    world.type_here(1, 1, "6")
    world.push()
    assert world.there(1, 1) == "6"
    world.settle()


class TestIntents:
    def test_a_late_landing_is_known_and_mended(self) -> None:
        world = classroom()
        an_older_value_lands_after_a_newer(world)
        assert (world.here(1, 1), world.there(1, 1)) == ("6", "6")

    def test_without_a_committed_intent_the_older_value_comes_back_here(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = Store._cell_view

        def forgetful(store: Store, pair: Pair, student: OurStudent) -> CellView:
            return replace(whole(store, pair, student), intents=())

        monkeypatch.setattr(Store, "_cell_view", forgetful)
        world = classroom()
        an_older_value_lands_after_a_newer(world)
        assert world.here(1, 1) == "9"


class TestMembership:
    def readded(self) -> Class:
        world = classroom([Work((("8", "8"),))])
        world.aeries.drop(sis(1))
        world.aeries.enrol(sis(1), start=date(2026, 2, 20))
        world.catch_up()
        return world

    def test_a_student_added_again_loses_nothing(self) -> None:
        assert self.readded().here(1, 1) == "8"

    def test_without_the_membership_of_the_base_the_scores_are_cleared(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(LinkView, "same_membership", lambda *_: True)
        assert self.readded().here(1, 1) == ""

    def test_a_new_student_whose_score_is_cleared_is_no_question(self) -> None:
        """The value was agreed before the list was read that names the student; the next look agrees it under that."""
        world = classroom([Work((("8", "8"),))])
        world.store.add_student(4, sis(4))
        world.aeries.enrol(sis(4), start=date(2026, 2, 20))
        world.type_there(1, 4, "5")
        world.catch_up()
        assert world.here(1, 4) == "5"
        world.type_there(1, 4, "")
        world.catch_up()
        assert world.here(1, 4) == ""
        assert world.codes() == {}


class TestTermEnd:
    def ended(self) -> Class:
        world = classroom()
        terms = (TheirTerm("S", "Spring", date(2026, 1, 5), date(2026, 3, 10)),)
        world.set_link(terms=terms, today=date(2026, 6, 1))
        world.remote.head = lambda: replace(type(world.remote).head(world.remote), terms=terms)  # type: ignore[method-assign]
        return world

    def test_a_save_is_held_and_pulling_goes_on(self) -> None:
        world = self.ended()
        world.type_here(1, 1, "9")
        world.type_there(1, 2, "4")
        world.catch_up()
        assert world.codes() == {"cell:1:1": "term_ended"}
        assert (world.there(1, 1), world.here(1, 2)) == ("8", "4")

    def test_send_anyway_is_for_that_version_only(self) -> None:
        world = self.ended()
        world.type_here(1, 1, "9")
        world.catch_up()
        subject = "cell:1:1"
        world.store.problems[subject] = replace(world.store.problems[subject], answer="send_anyway")
        world.catch_up()
        assert world.there(1, 1) == "9"
        assert world.codes() == {}
        world.type_here(1, 1, "10")
        world.catch_up()
        assert world.codes() == {"cell:1:1": "term_ended"}


class TestRefusals:
    def test_a_refused_batch_is_halved_until_the_cell_is_alone(self) -> None:
        world = classroom([Work((("8", "8"),) * 8)], 8)
        world.aeries.refuses.add((world.uid(1), sis(5)))
        for student in range(1, 9):
            world.type_here(1, student, "9")
        world.catch_up()
        assert [world.there(1, student) for student in range(1, 9)] == [
            "9",
            "9",
            "9",
            "9",
            "8",
            "9",
            "9",
            "9",
        ]
        assert world.codes() == {"cell:1:5": "rejected_by_aeries"}
        assert world.store.problems["cell:1:5"].held.details["message"] == "NumberCorrect is not valid."
        assert disagreements(world) == []

    def test_it_is_not_asked_again_by_itself(self) -> None:
        world = classroom()
        world.aeries.refuses.add((world.uid(1), sis(1)))
        world.type_here(1, 1, "9")
        world.catch_up()
        asked = len(world.writes)
        world.catch_up()
        assert len(world.writes) == asked
        assert world.store.problems["cell:1:1"].held.details["message"] == "NumberCorrect is not valid."

    def test_a_newer_value_is(self) -> None:
        world = classroom()
        world.aeries.refuses.add((world.uid(1), sis(1)))
        world.type_here(1, 1, "99")
        world.catch_up()
        world.aeries.refuses.clear()
        world.type_here(1, 1, "9")
        world.catch_up()
        assert world.there(1, 1) == "9"
        assert world.codes() == {}

    def test_a_question_closes_when_aeries_fills_the_blank_here(self) -> None:
        """Refused where nothing was ever agreed, cleared here, and then typed there by the teacher."""
        world = classroom([Work()], agreed=False)
        world.aeries.refuses.add((world.uid(1), sis(1)))
        world.type_here(1, 1, "99")
        world.catch_up()
        assert world.codes() == {"cell:1:1": "rejected_by_aeries"}
        world.type_here(1, 1, "")
        world.type_there(1, 1, "9")
        world.catch_up()
        assert world.here(1, 1) == "9"
        assert world.codes() == {}


class TestHistory:
    def test_each_value_that_moved_is_there_once(self) -> None:
        world = classroom()
        world.type_here(1, 1, "9")
        world.catch_up()
        world.type_there(1, 1, "7")
        world.catch_up()
        told = [(entry.side, entry.before, entry.after) for entry in world.store.history]
        assert told == [("lms", "8", "9"), ("aeries", "8", "9"), ("lms", "9", "7")]

    @pytest.mark.parametrize("fate", [Fate.ANSWER_LOST, Fate.LATE])
    def test_also_where_the_answer_was_lost(self, fate: Fate) -> None:
        world = classroom()
        world.type_here(1, 1, "9")
        world.network.fates = scripted(fate)
        world.push()
        world.settle()
        told = [(entry.side, entry.before, entry.after) for entry in world.store.history]
        assert told == [("lms", "8", "9"), ("aeries", "8", "9")]

    def test_a_value_that_lost_by_policy_stands_in_before(self) -> None:
        world = classroom(policy=Policy.LMS)
        world.type_here(1, 1, "9")
        world.type_there(1, 1, "7")
        world.catch_up()
        (overwritten,) = [entry for entry in world.store.history if entry.side == "aeries"]
        assert (overwritten.before, overwritten.after) == ("7", "9")
        assert overwritten.why == "both sides changed; the class's rule lets the LMS win"

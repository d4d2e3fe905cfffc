"""More guards removed one by one (design §2): what each protects from. The services' own: fingerprint
in `path/test_setup.py`, link flags in `path/test_modes.py`, sweeper in `sync/test_sweeper.py`. Pair base: `test_properties.py`; echo and settling: `test_one_cell.py`; others: `test_guards.py`."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import replace
from typing import Any

import pytest

from tests.simulation.many import play
from tests.simulation.network import Fate, scripted
from tests.simulation.room import Class, Work, activity, classroom
from tests.simulation.store import Store
from tests.simulation.world import World
from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import create, fields, vanished
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.effects import Committed
from twinbook.core.fields import AssignmentBody, updated_body

NEW = 50


def volcanoes(world: Class) -> list[str]:
    return [a.unique_id for a in world.aeries.assignments.values() if a.description == "Volcano project"]


def an_insert_whose_answer_is_lost() -> Class:
    """Confirmed by a person, so that a likely partner does not hold it."""
    world = classroom()
    world.store.add_activity(activity(NEW, title="Volcano project"))
    world.type_here(NEW, 1, "9")
    world.network.fates = scripted(Fate.ANSWER_LOST)
    world.push()
    pair = world.pair(NEW)
    world.store.pairs[pair.id] = replace(pair, create_confirmed=True)
    world.settle()
    return world


class TestIntentBeforeInsert:
    def test_with_it_the_assignment_is_found_again(self) -> None:
        assert len(volcanoes(an_insert_whose_answer_is_lost())) == 1

    def test_without_it_there_are_two(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = Store.apply

        def forgetful(store: Store, changes: Iterable[ch.Change], lease: int) -> Committed:
            kept = [each for each in changes if not isinstance(each, (ch.StartCreate, ch.EndCreate))]
            return whole(store, kept, lease)

        monkeypatch.setattr(Store, "apply", forgetful)
        assert len(volcanoes(an_insert_whose_answer_is_lost())) == 2

    def test_without_looking_for_its_external_id_there_are_two(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(create, "_ours", lambda pair, listing: [])
        assert len(volcanoes(an_insert_whose_answer_is_lost())) == 2


class TestLease:
    def test_without_its_number_in_each_commit_a_thawed_worker_commits_what_it_saw_long_ago(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With it the same seeds end well (`test_histories.py`)."""
        whole = Store.apply
        monkeypatch.setattr(Store, "apply", lambda store, changes, lease: whole(store, changes, store.lease))
        monkeypatch.setattr(World, "lease_check", lambda world, lease: None)
        assert any(play(range(first, first + 10)).wrongs for first in range(0, 300, 10))


class TestSecondLook:
    def half_a_list(self) -> Class:
        world = classroom([Work((("8", "8"),)), Work((("7", "7"),))])
        world.network.lie = _half_of_it
        return world

    def test_what_one_list_lacks_is_no_question(self) -> None:
        world = self.half_a_list()
        world.look()
        assert world.codes() == {}

    def test_without_it_what_a_list_lacks_is_called_deleted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(vanished, "_second_look", _deleted_at_once)
        world = self.half_a_list()
        world.set_link(second_look=world.store.link.second_look * 0)
        world.look()
        world.look()
        assert world.codes() == {"activity:1": "deleted_in_aeries"}


def _half_of_it(effect: ef.Effect, shown: Any) -> Any:
    return replace(shown, assignments=shown.assignments[1:]) if isinstance(shown, ef.Listing) else shown


def _deleted_at_once(
    head: Any, lane: ef.Lane, report: object
) -> Generator[ef.Effect, Any, ef.Trouble | None]:
    held = ch.Held("deleted_in_aeries")
    yield ef.Commit((ch.JudgePair(head.id, head.activity_id, held), ch.LookAgain(head.id, None)))
    return None


class TestCompletePut:
    def renamed(self) -> Class:
        world = classroom()
        world.aeries.change(world.uid(1), comment="bring the book", grading_completed=True)
        world.catch_up()
        world.store.edit(1, title="Work one")
        world.catch_up()
        return world

    def test_a_change_of_one_field_leaves_the_others(self) -> None:
        world = self.renamed()
        found = world.aeries.assignments[world.uid(1)]
        assert (found.description, found.comment, found.grading_completed) == (
            "Work one",
            "bring the book",
            True,
        )

    def test_sent_alone_it_wipes_them_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """reference §11.4: what a PUT leaves out is lost."""

        def only_what_changed(*args: Any) -> AssignmentBody:
            return replace(updated_body(*args), description="", grading_completed=False)

        monkeypatch.setattr(fields, "updated_body", only_what_changed)
        world = self.renamed()
        assert world.aeries.assignments[world.uid(1)].comment == ""
        world.catch_up()
        assert world.store.activities[1].description == "", "and the loss came over here as well"

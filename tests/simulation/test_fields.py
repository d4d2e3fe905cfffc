"""A1, A2 and the noticing of A3: the fields of a pair."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.simulation.aeries_model import Row
from tests.simulation.network import Fate, scripted
from tests.simulation.properties import check_quiet
from tests.simulation.room import CATEGORIES, HOMEWORK, TESTS, Class, Work, classroom
from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.cells import Policy
from twinbook.core.fields import CategoryMap, halves


@pytest.fixture
def world() -> Class:
    return classroom()


def puts(world: Class) -> list[ef.Update]:
    return [write for write in world.writes if isinstance(write, ef.Update)]


def theirs(world: Class) -> Any:
    return world.aeries.assignments[world.uid(1)]


class TestBothWays:
    @pytest.mark.parametrize(
        ("here", "there", "before", "after"),
        [
            ("title", "description", "Work 1", "Work one"),
            ("description", "comment", "", "Read chapter 3."),
            ("due_on", "date_due", date(2026, 3, 9), date(2026, 3, 16)),
            ("assigned_on", "date_assigned", date(2026, 3, 2), date(2026, 3, 4)),
            ("grading_completed", "grading_completed", False, True),
        ],
    )
    def test_a_field_goes_where_it_did_not_change(
        self, world: Class, here: str, there: str, before: object, after: object
    ) -> None:
        world.store.edit(1, **{here: after})
        world.push()
        assert getattr(theirs(world), there) == after
        world.aeries.change(world.uid(1), **{there: before})
        world.catch_up()
        assert getattr(world.store.activities[1], here) == before
        assert len(puts(world)) == 1
        assert world.codes() == {}

    def test_a_category_goes_by_its_partner(self, world: Class) -> None:
        world.store.edit(1, category_id=TESTS)
        world.push()
        assert theirs(world).category == "T"
        world.aeries.change(world.uid(1), category="H")
        world.catch_up()
        assert world.store.activities[1].category_id == HOMEWORK

    def test_different_fields_changed_on_both_sides_go_both_ways(self, world: Class) -> None:
        world.store.edit(1, title="Work one")
        world.aeries.change(world.uid(1), date_due=date(2026, 3, 16))
        world.catch_up()
        assert theirs(world).description == "Work one"
        assert theirs(world).date_due == world.store.activities[1].due_on == date(2026, 3, 16)

    @pytest.mark.parametrize(
        ("policy", "left"), [(Policy.ASK, None), (Policy.LMS, "ours"), (Policy.AERIES, "theirs")]
    )
    def test_one_field_changed_on_both_sides(self, world: Class, policy: Policy, left: str | None) -> None:
        world.set_link(policy=policy)
        world.store.edit(1, title="ours")
        world.aeries.change(world.uid(1), description="theirs")
        world.catch_up()
        titles = (world.store.activities[1].title, theirs(world).description)
        assert titles == ((left, left) if left else ("ours", "theirs"))
        assert world.codes() == ({} if left else {"field:1:title": "conflict"})

    def test_a_title_in_conflict_does_not_stop_scores(self, world: Class) -> None:
        world.store.edit(1, title="ours")
        world.aeries.change(world.uid(1), description="theirs")
        world.type_here(1, 1, "9")
        world.catch_up()
        assert world.there(1, 1) == "9"
        assert world.codes() == {"field:1:title": "conflict"}

    def test_a_save_during_a_take_over_of_a_field_loses_neither(self, world: Class) -> None:
        """Both changed, one of them while we looked: a conflict, not an overwrite."""
        world.aeries.change(world.uid(1), description="theirs")
        seen: list[str] = []

        def between(effect: ef.Effect) -> None:
            if (
                isinstance(effect, ef.Commit)
                and not seen
                and any(isinstance(change, ch.SetOurFields) for change in effect.changes)
            ):
                seen.append("once")
                world.store.edit(1, title="ours")

        world.between = between
        world.catch_up()
        assert seen
        assert (world.store.activities[1].title, theirs(world).description) == ("ours", "theirs")
        assert world.codes() == {"field:1:title": "conflict"}


class TestWholePut:
    def test_comment_and_grading_completed_are_never_lost(self, world: Class) -> None:
        world.aeries.change(
            world.uid(1), comment="Bring a pencil.", grading_completed=True, external_id="gc:77"
        )
        world.catch_up()
        world.store.edit(1, title="Work one")
        world.push()
        stored = theirs(world)
        assert (stored.description, stored.comment) == ("Work one", "Bring a pencil.")
        assert stored.grading_completed
        assert stored.external_id == "gc:77", "a foreign id goes back as it was read"

    def test_a_comment_typed_there_a_moment_before_our_put_stays(self, world: Class) -> None:
        world.aeries.change(world.uid(1), comment="Bring a pencil.", grading_completed=True)
        world.store.edit(1, title="Work one")
        world.push()
        assert (theirs(world).comment, theirs(world).grading_completed) == ("Bring a pencil.", True)
        world.catch_up()
        assert world.store.activities[1].description == "Bring a pencil."
        assert world.store.activities[1].grading_completed

    def test_a_matched_assignment_is_not_stamped(self, world: Class) -> None:
        world.store.edit(1, title="Work one")
        world.push()
        assert theirs(world).external_id == ""

    def test_no_put_when_nothing_of_ours_changed(self, world: Class) -> None:
        world.type_here(1, 1, "9")
        world.aeries.change(world.uid(1), description="theirs", comment="more")
        world.catch_up()
        world.catch_up()
        assert puts(world) == []

    @pytest.mark.parametrize("text", ['He said "no"', "a < b > c", "two  blanks"])
    def test_the_character_filter_of_aeries_causes_no_put(self, text: str) -> None:
        world = classroom([Work((("8", "8"),), fields={"title": text, "description": text})])
        assert world.remote.assignment(world.uid(1)).title != text or "  " in text
        world.catch_up()
        world.store.edit(1, due_on=date(2026, 3, 16))
        world.catch_up()
        assert len(puts(world)) == 1
        assert world.store.activities[1].title == text
        assert theirs(world).description == text, "our original goes along, not the filtered text"
        assert theirs(world).comment == text

    def test_unicode_is_compared_in_one_form(self, world: Class) -> None:
        world.store.edit(1, title="Caf\u00e9")
        world.push()
        world.store.edit(1, title="Cafe\u0301")
        world.catch_up()
        assert len(puts(world)) == 1

    def test_an_overlong_title_is_cut_and_not_sent_again(self, world: Class) -> None:
        world.store.edit(1, title="x" * 300)
        world.catch_up()
        world.catch_up()
        assert theirs(world).description == "x" * 255
        assert world.store.activities[1].title == "x" * 300
        assert len(puts(world)) == 1

    @pytest.mark.parametrize("fate", [Fate.NEVER, Fate.ANSWER_LOST, Fate.PUT_OFF])
    def test_a_lost_put_or_answer(self, world: Class, fate: Fate) -> None:
        world.store.edit(1, title="Work one")
        world.network.fates = scripted(fate)
        world.settle()
        assert theirs(world).description == world.store.activities[1].title == "Work one"
        assert world.codes() == {}

    def test_a_refused_put_is_named_and_scores_go_on(self, world: Class) -> None:
        world.set_link(categories=CategoryMap({**CATEGORIES.code_of, 3: "X"}, CATEGORIES.category_of))
        world.store.edit(1, category_id=3)
        world.type_here(1, 1, "9")
        world.catch_up()
        assert world.codes() == {"field:1:category": "rejected_by_aeries"}
        assert world.there(1, 1) == "9"


class TestFirstMeeting:
    def test_fields_that_differ_stay_as_they_are(self) -> None:
        world = classroom([Work((("8", "8"),))], agreed=False)
        world.aeries.change(world.uid(1), description="Worksheet", comment="more", date_due=date(2026, 4, 1))
        pair = world.pair(1)
        met = halves(world.store.activities[1], world.remote.assignment(world.uid(1)))
        world.store.pairs[pair.id] = replace(pair, fields=met)
        world.catch_up()
        assert world.store.activities[1].title == "Work 1"
        assert theirs(world).description == "Worksheet"
        assert puts(world) == []
        assert world.codes() == {}

    def test_points_that_were_kept_different_are_not_carried_over_later(self) -> None:
        world = classroom([Work((("75", "30"),), points="100", entry="40", weight="80")])
        world.type_here(1, 1, "50")
        world.catch_up()
        assert world.there(1, 1) == "20"
        assert (theirs(world).number_correct_possible, theirs(world).points_possible) == (40, 80)
        assert world.store.activities[1].points == 100
        assert world.codes() == {}


class TestCategoryWithoutPartner:
    def test_it_holds_that_field_only(self, world: Class) -> None:
        world.store.edit(1, category_id=99, title="Work one")
        world.type_here(1, 1, "9")
        world.catch_up()
        assert world.codes() == {"field:1:category": "category_unmapped"}
        assert (theirs(world).category, theirs(world).description) == ("H", "Work one")
        assert world.there(1, 1) == "9"

    def test_the_other_way(self, world: Class) -> None:
        world.aeries.categories["Z"] = "Zeal"
        world.aeries.change(world.uid(1), category="Z", description="theirs")
        world.type_there(1, 1, "7")
        world.catch_up()
        assert world.codes() == {"field:1:category": "category_unmapped"}
        assert (world.store.activities[1].category_id, world.store.activities[1].title) == (
            HOMEWORK,
            "theirs",
        )
        assert world.here(1, 1) == "7"

    def test_it_closes_when_the_category_gets_a_partner(self, world: Class) -> None:
        world.store.edit(1, category_id=99)
        world.catch_up()
        world.set_link(
            categories=CategoryMap({**CATEGORIES.code_of, 99: "T"}, {**CATEGORIES.category_of, "T": 99})
        )
        world.catch_up()
        assert world.codes() == {}
        assert theirs(world).category == "T"


class TestPoints:
    def test_before_any_score_both_maxima_follow(self) -> None:
        world = classroom([Work()])
        world.store.edit(1, points=Decimal(20))
        world.catch_up()
        assert (theirs(world).number_correct_possible, theirs(world).points_possible) == (20, 20)
        world.aeries.change_points(world.uid(1), Decimal(30), Decimal(30))
        world.catch_up()
        assert world.store.activities[1].points == 30
        assert world.codes() == {}

    def test_after_a_score_a_change_here_moves_both_maxima_and_no_raw_score(self, world: Class) -> None:
        world.store.edit(1, points=Decimal(20))
        world.type_here(1, 2, "4")
        world.catch_up()
        assert world.codes() == {}
        assert (theirs(world).number_correct_possible, theirs(world).points_possible) == (20, 20)
        assert (world.there(1, 1), world.there(1, 2)) == ("8", "4")

    def test_after_a_score_a_change_there_moves_points_and_scores_here(self, world: Class) -> None:
        world.aeries.change_points(world.uid(1), Decimal(20), Decimal(20))
        world.type_there(1, 1, "16")
        world.catch_up()
        assert world.codes() == {}
        assert world.store.activities[1].points == 20
        assert world.here(1, 1) == "16"
        assert world.writes == []

    def test_a_push_notices_by_the_rows(self, world: Class) -> None:
        world.aeries.change_points(world.uid(1), Decimal(20), Decimal(20))
        world.type_here(1, 1, "9")
        world.push()
        assert world.store.activities[1].points == 20
        assert (world.here(1, 1), world.there(1, 1)) == ("18", "18")

    def test_changed_on_both_sides_is_a_question_and_a_save_waits_too(self, world: Class) -> None:
        world.aeries.change_points(world.uid(1), Decimal(20), Decimal(20))
        world.store.edit(1, points=Decimal(30))
        world.catch_up()
        world.type_here(1, 1, "9")
        world.push()
        assert world.writes == []
        assert world.there(1, 1) == "8"
        assert world.codes() == {"field:1:points": "conflict"}

    def test_the_question_closes_when_the_points_are_the_same(self, world: Class) -> None:
        world.aeries.change_points(world.uid(1), Decimal(20), Decimal(20))
        world.store.edit(1, points=Decimal(30))
        world.catch_up()
        world.store.edit(1, points=Decimal(20))
        world.type_here(1, 1, "9")
        world.catch_up()
        assert world.codes() == {}
        assert world.there(1, 1) == "9"

    def test_points_zero_with_items_are_read_only(self) -> None:
        world = classroom([Work(points="0", entry="10", weight="0")])
        world.type_here(1, 1, "9")
        world.catch_up()
        assert world.codes() == {"activity:1": "unsupported_maxima"}
        assert world.writes == []

    def test_one_row_with_its_own_maximum_is_a_change_of_that_cell(self, world: Class) -> None:
        """behaviour §4.2: a shorter test for one student"""
        world.aeries.set_row_maximum(world.uid(1), 1001, Decimal(16))
        world.catch_up()
        assert world.here(1, 1) == "5"
        assert world.codes() == {}
        world.type_here(1, 1, "10")
        world.catch_up()
        assert world.there(1, 1) == "16"

    @pytest.mark.parametrize("moves", [1, 2])
    def test_an_answer_with_other_row_maxima_is_converted_and_sent_once_more(
        self, world: Class, monkeypatch: pytest.MonkeyPatch, moves: int
    ) -> None:
        """The row's own maximum moves between our reading and our write; a second time nobody tries again (A3)."""
        post, maxima = world.aeries.post_scores, iter([Decimal(20), Decimal(40)][:moves])

        def meanwhile(unique_id: str, elements: list[tuple[int, Decimal, date | None]]) -> dict[int, Row]:
            moved = next(maxima, None)
            if moved is not None:
                world.aeries.set_row_maximum(unique_id, 1001, moved)
            return post(unique_id, elements)

        monkeypatch.setattr(world.aeries, "post_scores", meanwhile)
        world.type_here(1, 1, "9")
        world.push()
        assert len(world.writes) == 2
        if moves == 1:
            assert (world.there(1, 1), world.here(1, 1), world.codes()) == ("18", "9", {})
            world.catch_up()
            check_quiet(world)
        else:
            assert world.codes() == {"cell:1:1": "rejected_by_aeries"}
            assert world.here(1, 1) == "9"
            world.push()
            assert len(world.writes) == 2

"""A4 and A5: an activity becomes exactly one assignment, although an insert is not idempotent and may land late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.simulation.network import Fate, InFlight, scripted
from tests.simulation.room import HOMEWORK, Class, Work, activity, classroom, disagreements, sis
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.look import look_through, push
from twinbook.core.carry_out.views import NewItems, PairState
from twinbook.core.fields import CategoryMap

NEW = 50
TITLE = "Volcano project"


@pytest.fixture
def world() -> Class:
    return classroom()


def add(world: Class, *, scored: str = "", key: int = NEW, **fields: object) -> None:
    world.store.add_activity(activity(key, **{"title": TITLE, **fields}))  # type: ignore[arg-type]
    if scored:
        world.type_here(key, 1, scored)


def sweep(world: Class, seconds: float) -> int:
    """The sweeper wakes what is due every two seconds; how often it did."""
    woken = 0
    until = world.clock.now + timedelta(seconds=seconds)
    while world.clock.now < until:
        if world.store.waiting():
            world.push()
            woken += 1
        world.clock.advance(2)
        world.land()
    return woken


def created(world: Class) -> list[str]:
    return [a.unique_id for a in world.aeries.assignments.values() if a.description == TITLE]


def inserts(world: Class) -> int:
    return sum(isinstance(write, ef.Insert) for write in world.writes)


class TestWhen:
    def test_with_its_first_score_at_once_in_two_requests(self, world: Class) -> None:
        add(world, scored="9")
        reads = world.reads
        world.push()
        assert len(created(world)) == 1
        assert world.there(NEW, 1) == "9"
        assert len(world.writes) == 2
        assert world.reads == reads + 2, "systeminfo and one list: the rows of an insert are known blank"

    def test_without_a_score_thirty_seconds_after_the_last_edit(self, world: Class) -> None:
        add(world)
        sweep(world, 26)
        assert created(world) == []
        world.store.edit(NEW, description="with a poster")
        sweep(world, 26)
        assert created(world) == []
        sweep(world, 10)
        assert len(created(world)) == 1

    def test_a_draft_never_leaves(self, world: Class) -> None:
        add(world, scored="9", published=False)
        sweep(world, 100)
        world.catch_up()
        assert created(world) == []
        world.store.edit(NEW, published=True)
        sweep(world, 4)
        assert len(created(world)) == 1

    def test_waiting_costs_no_request(self, world: Class) -> None:
        add(world)
        reads = world.reads
        assert sweep(world, 26) <= 2
        assert world.reads - reads <= 2

    @pytest.mark.parametrize("setting", [NewItems.ASK, NewItems.IGNORE])
    def test_the_class_may_ask_or_ignore(self, world: Class, setting: NewItems) -> None:
        world.set_link(new_in_lms=setting)
        add(world, scored="9")
        sweep(world, 60)
        assert created(world) == []
        asked = {f"activity:{NEW}": "possible_duplicate"} if setting is NewItems.ASK else {}
        assert world.codes() == asked

    def test_grading_completed_follows_the_insert(self, world: Class) -> None:
        """It cannot be set by an insert (reference §14)."""
        add(world, scored="9", grading_completed=True)
        world.catch_up()
        assert world.aeries.assignments[world.uid(NEW)].grading_completed
        assert world.there(NEW, 1) == "9"
        assert world.aeries.assignments[world.uid(NEW)].comment == ""

    def test_an_activity_made_while_a_look_goes_on_is_not_forgotten(self, world: Class) -> None:
        """A look moves its mark only to the generation whose pairs it saw (J1)."""
        worker = world.worker(look_through())
        worker.run_until(ef.ReadStudents)
        add(world, scored="9")
        worker.run()
        assert world.store.waiting()
        sweep(world, 10)
        assert len(created(world)) == 1


class TestExactlyOnce:
    @pytest.mark.parametrize("fate", [Fate.NEVER, Fate.ANSWER_LOST, Fate.PUT_OFF])
    def test_a_lost_insert_or_answer(self, world: Class, fate: Fate) -> None:
        add(world, scored="9")
        world.network.fates = scripted(fate)
        sweep(world, 400)
        assert len(created(world)) == 1
        assert world.there(NEW, 1) == "9"
        assert world.codes() == {}

    @pytest.mark.parametrize("seconds", [0, 1, 2, 3, 5, 8, 13, 30, 60, 90, 120, 150, 179])
    def test_one_that_lands_late(self, world: Class, seconds: int) -> None:
        add(world, scored="9")
        late(world, seconds)
        sweep(world, 500)
        assert len(created(world)) == 1
        assert world.there(NEW, 1) == "9"
        assert inserts(world) == 1

    @pytest.mark.parametrize("edited_after", [1, 40, 100])
    def test_what_is_edited_while_it_is_under_way_is_sent_afterwards(
        self, world: Class, edited_after: int
    ) -> None:
        add(world, scored="9")
        late(world, 60)
        sweep(world, edited_after)
        world.store.edit(NEW, title="Volcano project, second part", category_id=2)
        sweep(world, 500)
        (found,) = [a for a in world.aeries.assignments.values() if a.description.startswith(TITLE)]
        assert (found.description, found.category) == ("Volcano project, second part", "T")
        assert world.store.activities[NEW].title == "Volcano project, second part"
        assert world.codes() == {}

    def test_a_change_there_before_it_is_found_again_comes_here(self, world: Class) -> None:
        add(world, scored="9", description='say "hello"')
        world.network.fates = scripted(Fate.ANSWER_LOST)
        world.push()
        world.aeries.change(created(world)[0], description="Volcano, as the teacher calls it")
        sweep(world, 30)
        world.catch_up()
        assert world.store.activities[NEW].title == "Volcano, as the teacher calls it"
        assert world.store.activities[NEW].description == 'say "hello"'
        assert world.codes() == {}

    def test_it_is_looked_for_soon_and_then_seldom(self, world: Class) -> None:
        add(world, scored="9")
        world.network.fates = scripted(Fate.NEVER)
        assert sweep(world, 185) <= 10
        assert created(world) == []
        sweep(world, 40)
        assert len(created(world)) == 1
        assert inserts(world) == 2

    def test_a_repeat_uses_the_same_id(self, world: Class) -> None:
        add(world, scored="9")
        world.network.fates = scripted(Fate.NEVER)
        sweep(world, 400)
        assert {w.body.external_id for w in world.writes if isinstance(w, ef.Insert)} == {"tb1:00000001"}

    def test_a_refused_insert_is_named_and_not_asked_again_and_again(self, world: Class) -> None:
        world.aeries.locked = True
        add(world, scored="9")
        assert sweep(world, 120) <= 2
        assert world.codes() == {f"activity:{NEW}": "rejected_by_aeries"}
        world.aeries.locked = False
        world.catch_up()
        assert len(created(world)) == 1
        assert world.codes() == {}

    def test_one_that_landed_after_all_is_named_never_doubled(self, world: Class) -> None:
        """What Aeries makes impossible to exclude: a request that takes effect long after every time-out."""
        add(world, scored="9")
        late(world, 1000)
        sweep(world, 500)
        assert len(created(world)) == 1
        sweep(world, 800)
        assert len(created(world)) == 2
        world.catch_up()
        assert "copy_suspected" in world.codes().values()
        second = next(u for u in created(world) if u != world.uid(NEW))
        assert all(not row.mark for row in world.aeries.scores(second).values())
        assert len(world.store.activities) == 2

    def test_one_that_something_between_us_doubled_is_named(self, world: Class) -> None:
        add(world, scored="9")
        world.network.fates = scripted(Fate.TWICE)
        sweep(world, 500)
        world.catch_up()
        assert len(created(world)) == 2
        assert "copy_suspected" in world.codes().values()
        assert world.there(NEW, 1) == "9"

    def test_a_repeat_asks_again_whether_it_still_may(self, world: Class) -> None:
        """Unpublished, or its category unpaired, while the first insert was in doubt."""
        add(world, scored="9")
        world.network.fates = scripted(Fate.NEVER)
        world.push()
        world.set_link(categories=CategoryMap({}, {}))
        sweep(world, 400)
        assert created(world) == []
        assert world.codes() == {f"activity:{NEW}": "category_unmapped"}

    def test_a_draft_is_not_repeated(self, world: Class) -> None:
        add(world, scored="9")
        world.network.fates = scripted(Fate.NEVER)
        world.push()
        world.store.edit(NEW, published=False)
        sweep(world, 400)
        world.catch_up()
        assert created(world) == []

    def test_a_worker_that_dies_in_the_middle(self, world: Class) -> None:
        """Nobody knows when its request ended, until it is known to be dead."""
        add(world, scored="9")
        worker = world.worker(push())
        worker.run_until(ef.Insert)
        worker.die()
        sweep(world, 600)
        assert created(world) == []
        world.store.worker_known_dead(worker.lease)
        sweep(world, 600)
        assert len(created(world)) == 1
        assert inserts(world) == 1

    def test_a_request_of_a_dead_worker_that_landed_is_adopted(self, world: Class) -> None:
        add(world, scored="9")
        worker = world.worker(push())
        worker.run_until(ef.Insert)
        assert isinstance(worker.effect, ef.Insert)
        world.take_effect(world.leaving(worker.effect, worker.lease))
        worker.die()
        sweep(world, 10)
        assert len(created(world)) == 1
        assert world.there(NEW, 1) == "9"


def late(world: Class, seconds: float) -> None:
    """The next insert is given up on our side, and lands so much later."""
    flights: Iterator[Fate] = iter([Fate.LATE])

    def fate(write: object) -> Fate:
        return next(flights, Fate.DONE) if isinstance(write, ef.Insert) else Fate.DONE

    def delay(flight: InFlight, *_: object) -> None:
        lands_at = world.clock.now + timedelta(seconds=world.give_up + seconds)
        world.network.in_flight.append(replace(flight, lands_at=lands_at))

    world.network.fates = fate
    world.network.delay = delay  # type: ignore[method-assign]


class TestDuplicates:
    def test_a_likely_partner_there_holds_the_create(self, world: Class) -> None:
        world.aeries.add(TITLE, Decimal(10), DateDue=activity(1).due_on, DateAssigned=activity(1).assigned_on)
        add(world, scored="9")
        sweep(world, 60)
        world.catch_up()
        assert len(created(world)) == 1
        assert world.codes()[f"activity:{NEW}"] == "possible_duplicate"
        assert world.store.problems[f"activity:{NEW}"].held.details["name"] == TITLE

    def test_a_likely_partner_here_holds_it_the_other_way(self, world: Class) -> None:
        add(world, published=False)
        world.aeries.add(TITLE, Decimal(10), DateDue=activity(1).due_on, DateAssigned=activity(1).assigned_on)
        world.catch_up()
        assert len(world.store.activities) == 2
        assert "possible_duplicate" in world.codes().values()

    def test_a_confirmed_create_is_not_asked_again(self, world: Class) -> None:
        world.aeries.add(TITLE, Decimal(10), DateDue=activity(1).due_on, DateAssigned=activity(1).assigned_on)
        add(world, scored="9")
        world.push()
        pair = world.pair(NEW)
        world.store._pair(pair.id, create_confirmed=True, look_again_at=world.clock.now)
        world.push()
        assert len(created(world)) == 2
        assert f"activity:{NEW}" not in world.codes()

    def test_a_teachers_copy_is_never_adopted(self, world: Class) -> None:
        add(world, scored="9")
        world.push()
        original = world.uid(NEW)
        copied = world.aeries.copy_assignment(original)
        world.aeries.type_in(copied, sis(1), "3")
        world.catch_up()
        assert world.codes() == {f"aeries:{copied}": "copy_suspected"}
        assert world.uid(NEW) == original
        assert (world.here(NEW, 1), world.there(NEW, 1)) == ("9", "9")
        assert len(world.store.activities) == 2

    def test_a_copy_with_the_original_gone_is_no_adoption_either(self, world: Class) -> None:
        add(world, scored="9")
        world.push()
        copied = world.aeries.copy_assignment(world.uid(NEW))
        world.aeries.delete(world.uid(NEW))
        world.look()
        world.clock.advance(61)
        world.catch_up()
        assert world.codes()[f"activity:{NEW}"] == "deleted_in_aeries"
        assert world.codes()[f"aeries:{copied}"] == "copy_suspected"

    def test_a_category_without_partner_asks_instead_of_landing_in_the_first(self, world: Class) -> None:
        add(world, scored="9", category_id=99)
        sweep(world, 60)
        assert created(world) == []
        assert world.codes() == {f"activity:{NEW}": "category_unmapped"}


class TestNewInAeries:
    def test_it_becomes_an_activity_with_its_scores(self, world: Class) -> None:
        unique_id = world.aeries.add("Field trip", Decimal(20), "T")
        world.aeries.type_in(unique_id, sis(2), "15")
        world.catch_up()
        (key,) = set(world.store.activities) - {1}
        made = world.store.activities[key]
        assert (made.title, made.points, made.category_id) == ("Field trip", Decimal(20), 2)
        assert [world.here(key, student) for student in (1, 2, 3)] == ["", "15", ""]
        assert disagreements(world) == []
        assert world.writes == []

    def test_an_ignored_one_stays_there(self, world: Class) -> None:
        world.set_link(new_in_aeries=NewItems.IGNORE)
        world.aeries.add("Field trip", Decimal(20), "T")
        world.catch_up()
        assert set(world.store.activities) == {1}
        assert PairState.IGNORED_IN_AERIES in {pair.state for pair in world.store.pairs.values()}

    def test_one_of_an_ignored_category_stays_there(self, world: Class) -> None:
        world.set_link(categories=CategoryMap({HOMEWORK: "H"}, {"H": HOMEWORK}), ignored_codes=frozenset("T"))
        world.aeries.add("Field trip", Decimal(20), "T")
        world.catch_up()
        assert set(world.store.activities) == {1}
        assert world.codes() == {}

    def test_one_of_an_unpaired_category_is_asked_about(self, world: Class) -> None:
        world.set_link(categories=CategoryMap({HOMEWORK: "H"}, {"H": HOMEWORK}))
        unique_id = world.aeries.add("Field trip", Decimal(20), "T")
        world.catch_up()
        assert set(world.store.activities) == {1}
        assert world.codes() == {f"aeries:{unique_id}": "category_unmapped"}

    def test_the_class_may_ask(self, world: Class) -> None:
        world.set_link(new_in_aeries=NewItems.ASK)
        unique_id = world.aeries.add("Field trip", Decimal(20), "T")
        world.catch_up()
        assert world.codes() == {f"aeries:{unique_id}": "possible_duplicate"}
        world.set_link(create_here=frozenset({unique_id}))
        world.catch_up()
        assert len(world.store.activities) == 2
        assert world.codes() == {}

    def test_zero_points_are_extra_credit_here(self, world: Class) -> None:
        unique_id = world.aeries.add("Bonus", Decimal(0))
        world.aeries.type_in(unique_id, sis(1), "3")
        world.catch_up()
        (key,) = set(world.store.activities) - {1}
        assert world.store.activities[key].extra_credit
        assert world.here(key, 1) == "3"


def test_a_class_of_works_is_read_with_one_list() -> None:
    world = classroom([Work((("8", "8"),)) for _ in range(4)])
    reads = world.reads
    world.look()
    assert world.reads - reads == 1 + 1 + 1 + 4 + 1, "identity, gradebook, list, scores, students"

"""What a person answers to a mass change (G1): exactly one plan is approved or discarded, by its fingerprint."""

from __future__ import annotations

from tests.simulation.room import Class, Work, classroom
from tests.simulation.test_brake import STUDENTS, clear_there, room
from twinbook.core.carry_out.look import carry_out_planned, look_through
from twinbook.core.carry_out.taking_over import stopped_with_the_district

ACTIVITY = "brake:activity:1"


def here(world: Class, activity: int) -> list[str]:
    return [world.here(activity, student) for student in range(1, STUDENTS + 1)]


def there(world: Class, activity: int) -> list[str]:
    return [world.there(activity, student) for student in range(1, STUDENTS + 1)]


def spread(world: Class) -> None:
    """21 of 100 values, three of each of seven activities."""
    for activity in range(1, 8):
        clear_there(world, activity, 3, "3")


def test_an_approved_plan_is_carried_out_if_it_is_still_the_same() -> None:
    world = room()
    clear_there(world, 1, 6, "3")
    world.catch_up()
    world.store.answer_mass_change(ACTIVITY, approved=True)
    world.catch_up()
    assert here(world, 1) == ["3"] * 6 + ["8"] * 4
    assert world.codes() == {}
    assert all("approved by a person" in entry.why for entry in world.store.history if entry.after == "3")


def test_another_plan_than_the_approved_one_is_asked_anew() -> None:
    world = room()
    clear_there(world, 1, 6, "3")
    world.catch_up()
    world.store.answer_mass_change(ACTIVITY, approved=True)
    world.type_there(1, 6, "2")
    world.catch_up()
    assert here(world, 1) == ["8"] * STUDENTS
    assert world.codes() == {ACTIVITY: "mass_change"}


def test_a_value_typed_here_since_makes_it_another_plan() -> None:
    world = room()
    clear_there(world, 1, 7, "3")
    world.catch_up()
    world.store.answer_mass_change(ACTIVITY, approved=True)
    world.type_here(1, 1, "9")
    world.catch_up()
    assert here(world, 1) == ["9"] + ["8"] * 9
    assert world.codes() == {ACTIVITY: "mass_change", "cell:1:1": "conflict"}


def test_a_discarded_plan_puts_the_values_from_here_back_into_aeries() -> None:
    world = room()
    clear_there(world, 1, STUDENTS)
    world.catch_up()
    assert world.codes() == {ACTIVITY: "mass_change"}
    world.store.answer_mass_change(ACTIVITY, approved=False)
    world.catch_up()
    assert here(world, 1) == there(world, 1) == ["8"] * STUDENTS
    assert world.codes() == {}


def test_a_discarded_plan_sends_nothing_that_was_not_in_it() -> None:
    world = room()
    clear_there(world, 1, 6, "3")
    world.catch_up()
    world.store.answer_mass_change(ACTIVITY, approved=False)
    world.type_there(1, 7, "5")
    world.catch_up()
    assert there(world, 1) == ["3"] * 6 + ["5"] + ["8"] * 3
    assert here(world, 1) == ["8"] * STUDENTS


def test_a_stopped_class_asks_one_question_and_fills_no_blank() -> None:
    world = room()
    world.type_here(1, 10, "")
    world.type_there(1, 10, "")
    world.catch_up()
    for activity in range(1, 11):
        clear_there(world, activity, 9, "")
    world.type_there(1, 10, "4")
    out = world.look()
    assert out.held
    assert world.codes() == {"brake:class": "mass_change"}
    assert world.here(1, 10) == ""
    world.store.answer_mass_change("brake:class", approved=True)
    world.catch_up()
    assert here(world, 1) == [""] * 9 + ["4"]
    assert world.codes() == {}


def test_while_a_class_is_in_question_a_push_takes_nothing_over_and_sends() -> None:
    world = room()
    spread(world)
    world.look()
    world.type_here(1, 10, "9")
    world.push()
    assert world.there(1, 10) == "9"
    assert here(world, 1) == ["8"] * 9 + ["9"]


def test_a_push_that_meets_a_mass_change_of_the_class_holds_it_and_leaves_the_question_to_a_whole_look() -> (
    None
):
    """13 of 60 values, all in one activity of 30: too few for the activity's own brake."""
    world = classroom([Work((("8", "8"),) * 30) for _ in range(2)], 30)
    for student in range(1, 14):
        world.type_there(1, student, "3")
    world.type_here(1, 30, "9")
    assert world.push().again
    assert [world.here(1, student) for student in range(1, 14)] == ["8"] * 13
    assert world.there(1, 30) == "9"
    world.look()
    assert world.codes() == {"brake:class": "mass_change"}


def test_a_plan_of_the_night_is_carried_out_later_only_where_nothing_moved() -> None:
    world = room()
    clear_there(world, 1, 3, "3")
    out = world.worker(look_through(only_plan=True)).run()
    assert out.planned is not None
    assert here(world, 1) == ["8"] * STUDENTS
    world.type_here(1, 1, "9")
    world.worker(carry_out_planned(out.planned)).run()
    assert here(world, 1)[:4] == ["9", "3", "3", "8"]


def test_a_plan_is_void_where_the_pair_was_read_again_since() -> None:
    world = room()
    clear_there(world, 1, 3, "3")
    planned = world.worker(look_through(only_plan=True)).run().planned
    assert planned is not None
    world.clock.advance(1)
    clear_there(world, 1, 3, "8")
    world.type_here(1, 10, "9")
    world.push()
    out = world.worker(carry_out_planned(planned)).run()
    assert out.again
    assert here(world, 1)[:3] == ["8", "8", "8"]


def test_with_the_district_stopped_a_class_that_would_lose_something_is_held_until_it_is_answered() -> None:
    world = room()
    clear_there(world, 1, 3, "3")
    planned = world.worker(look_through(only_plan=True)).run().planned
    assert planned is not None and planned.losing == 3
    out = world.worker(carry_out_planned(stopped_with_the_district(planned))).run()
    assert out.held
    world.catch_up()
    assert here(world, 1) == ["8"] * STUDENTS
    assert world.codes() == {"brake:district": "mass_change"}
    world.store.answer_mass_change("brake:district", approved=True)
    world.catch_up()
    assert here(world, 1)[:4] == ["3", "3", "3", "8"]
    assert world.codes() == {}


def test_the_district_s_question_about_a_class_closes_when_aeries_is_as_it_was() -> None:
    world = room()
    clear_there(world, 1, 3, "3")
    planned = world.worker(look_through(only_plan=True)).run().planned
    assert planned is not None
    world.worker(carry_out_planned(stopped_with_the_district(planned))).run()
    clear_there(world, 1, 3, "8")
    world.catch_up()
    assert world.codes() == {}

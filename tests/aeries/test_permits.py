import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbook.aeries.errors import OurBug
from twinbook.aeries.permits import Lane, LocalPermits


@dataclass
class Clock:
    """Time that passes only while somebody sleeps; `while_asleep` happens then."""

    now: float = 100.0
    while_asleep: list[Callable[[], None]] = field(default_factory=list)

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds
        if self.while_asleep:
            self.while_asleep.pop(0)()


def permits(clock: Clock, *, rate: float = 10, burst: int = 10, in_flight: int = 6) -> LocalPermits:
    return LocalPermits(rate=rate, burst=burst, in_flight=in_flight, clock=clock.read, sleep=clock.sleep)


def most_in_one_second(times: list[float]) -> int:
    return max(sum(1 for other in times if start <= other < start + 1) for start in times)


@given(
    rate=st.integers(1, 50),
    burst=st.integers(1, 20),
    in_flight=st.integers(1, 8),
    asks=st.lists(
        st.tuples(st.sampled_from(Lane), st.integers(1, 2), st.floats(0, 0.5)), min_size=1, max_size=40
    ),
)
def test_no_second_sees_more_than_rate_and_burst(
    rate: int, burst: int, in_flight: int, asks: list[tuple[Lane, int, float]]
) -> None:
    clock = Clock()
    budget = permits(clock, rate=rate, burst=burst, in_flight=in_flight)
    sent: list[float] = []
    for lane, requests, idle in asks:
        clock.now += idle
        with budget.acquire(lane, requests) as permit:
            for _ in range(requests):
                permit.spend()
                sent.append(clock.now)
    assert most_in_one_second(sent) <= rate + burst


def test_a_permit_for_two_waits_for_both_so_that_the_gap_is_the_wires() -> None:
    clock = Clock()
    budget = permits(clock, burst=1, in_flight=1)
    budget.acquire(Lane.PERSON).release()
    before = clock.now
    with budget.acquire(Lane.PERSON, requests=2) as permit:
        taken = clock.now
        permit.spend()
        permit.spend()
    assert taken == pytest.approx(before + 0.2)
    assert clock.now == taken


def test_bulk_never_books_ahead_of_a_person() -> None:
    clock = Clock()
    budget = permits(clock, burst=1, in_flight=6)
    budget.acquire(Lane.PERSON).release()
    order: list[str] = []

    def a_person_comes() -> None:
        clock.while_asleep.clear()
        budget.acquire(Lane.PERSON).release()
        order.append("person")

    clock.while_asleep.append(a_person_comes)
    budget.acquire(Lane.BULK).release()
    order.append("bulk")
    assert order == ["person", "bulk"]
    assert clock.now >= 100.2


def test_one_slot_is_kept_for_a_person() -> None:
    clock = Clock()
    budget = permits(clock, rate=1000, burst=100, in_flight=2)
    reading = budget.acquire(Lane.BULK)
    budget.acquire(Lane.PERSON).release()
    assert clock.now == 100.0, "the person did not wait"
    clock.while_asleep.append(reading.release)
    with budget.acquire(Lane.BULK):
        assert reading.released, "a second reading waited for the first"


def test_a_full_house_is_waited_for() -> None:
    clock = Clock()
    budget = permits(clock, rate=1000, burst=100, in_flight=1)
    held = budget.acquire(Lane.PERSON)
    clock.while_asleep.append(held.release)
    with budget.acquire(Lane.PERSON):
        assert held.released
    assert clock.now > 100.0


@pytest.mark.parametrize("lane", Lane)
def test_a_pause_holds_both_lanes(lane: Lane) -> None:
    clock = Clock()
    budget = permits(clock)
    budget.pause(7)
    budget.pause(3)
    with budget.acquire(lane):
        assert 107 <= clock.now < 107.01


def test_a_pause_that_begins_while_a_person_waits_is_obeyed() -> None:
    clock = Clock()
    budget = permits(clock, burst=1)
    budget.acquire(Lane.PERSON).release()
    clock.while_asleep.append(lambda: budget.pause(5))
    with budget.acquire(Lane.PERSON):
        assert clock.now == pytest.approx(105.1)


def test_a_wait_that_is_interrupted_gives_its_slot_back() -> None:
    clock = Clock()
    budget = permits(clock, burst=1, in_flight=1)
    budget.acquire(Lane.PERSON).release()

    def interrupt() -> None:
        raise KeyboardInterrupt

    clock.while_asleep.append(interrupt)
    with pytest.raises(KeyboardInterrupt):
        budget.acquire(Lane.PERSON)
    budget.acquire(Lane.PERSON).release()


def test_a_permit_sends_no_more_than_it_was_taken_for() -> None:
    budget = permits(Clock())
    with budget.acquire(Lane.PERSON, requests=1) as permit:
        permit.spend()
        with pytest.raises(OurBug):
            permit.spend()
    late = budget.acquire(Lane.PERSON)
    late.release()
    late.release()
    with pytest.raises(OurBug):
        late.spend()
    with pytest.raises(OurBug):
        budget.acquire(Lane.PERSON, requests=0)


def test_threads_share_one_budget() -> None:
    clock = Clock()
    lock = threading.Lock()
    at_once = 0
    most = 0

    def sleep(seconds: float) -> None:
        with lock:
            clock.now += seconds

    budget = LocalPermits(rate=1000, burst=100, in_flight=3, clock=clock.read, sleep=sleep)

    def work() -> None:
        nonlocal at_once, most
        for _ in range(50):
            with budget.acquire(Lane.PERSON):
                with lock:
                    at_once += 1
                    most = max(most, at_once)
                with lock:
                    at_once -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= most <= 3


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        permits(Clock(), rate=0)

"""What Aeries' change feeds tell (reference §9), so that unchanged rosters need not be read.

The feeds only save requests. They name keys, may lag, and nobody promises that they are complete; so every school is
read whole once a week and after a silence, and each night the number of students that Aeries' list of sections shows
is compared with the one at the last reading (`roster_sections.is_changed`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from twinbook.aeries.client import AeriesClient
from twinbook.aeries.errors import AeriesError, OurBug
from twinbook.aeries.models import SectionKey, SystemInfo
from twinbook.district.models import RosterSchool

# For clocks and for whether the moment asked for is included.
OVERLAP = timedelta(minutes=15)
# From an edit to its feed; also an hour that the clocks were put forward since. Nobody edits rosters just before a night.
LONGEST_LAG = timedelta(hours=2)
LONGEST_SILENCE = timedelta(days=3)
# Weekly; half a day less, because nights do not begin at the same second.
WHOLE_EVERY = timedelta(days=6, hours=12)

_NAMES = "student"


@dataclass(frozen=True, slots=True)
class Changes:
    """Schools that must be read whole; in the others the rosters and the students that may have changed."""

    whole: frozenset[int]
    sections: frozenset[SectionKey] = frozenset()
    students: frozenset[int] = frozenset()


def since_last(
    client: AeriesClient, info: SystemInfo, year: int, codes: Collection[int], *, whole: bool
) -> Changes:
    """Two requests, in the bulk lane, unless all schools must be read whole. A feed that fails saves nothing:
    then all are. Raises OurBug only."""
    known = {} if whole or info.now is None else _known_until(info.now, year, codes)
    everything = Changes(whole=frozenset(codes))
    if not known or info.now is None:
        return everything
    since = (min(known.values()) - OVERLAP - LONGEST_LAG).astimezone(info.now.tzinfo)
    try:
        sections = client.section_roster_changes(since)
        students = client.student_changes(_NAMES, since)
    except OurBug:
        raise
    except AeriesError:
        return everything
    if not sections.complete or not students.complete:
        return everything
    return Changes(frozenset(codes) - known.keys(), frozenset(sections), frozenset(students))


def remember(info: SystemInfo, year: int, code: int, *, whole: bool) -> None:
    """To be called when a school was read to its end: everything until the clock at the run's beginning is known."""
    if info.now is None:
        return
    RosterSchool.objects.filter(school_code=code).update(known_until=info.now, known_year=year)
    if whole:
        RosterSchool.objects.filter(school_code=code).update(read_whole_at=info.now)


def forget() -> None:
    """Another Aeries: every school is read whole the next time."""
    RosterSchool.objects.update(known_until=None)


def _known_until(now: datetime, year: int, codes: Collection[int]) -> dict[int, datetime]:
    """The schools that need not be read whole."""
    return {
        row.school_code: row.known_until
        for row in RosterSchool.objects.filter(school_code__in=codes, known_year=year)
        if row.known_until is not None
        and row.read_whole_at is not None
        and now - LONGEST_SILENCE <= row.known_until <= now
        and now - WHOLE_EVERY <= row.read_whole_at <= now
    }

"""Combined sections: one class here over several sections, each with its own Aeries gradebook (public surface §3.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from twinbook.core.sentence import sentence
from twinbook.district import combining, settings
from twinbook.district.errors import NotFoundError, SectionInUseError
from twinbook.district.models import Section
from twinbook.gradebook.origin import Origin
from twinbook.sync import announce, errors, homes
from twinbook.sync.look import live_links
from twinbook.sync.models import ClassSync, Link, SetupDraft

Json = dict[str, Any]


def of_class(class_id: int) -> list[Json]:
    """Each section of the class with the gradebook that its scores go to."""
    link_of = {number: link for link in live_links(class_id) for number in link.sections}
    return [
        {
            "school_code": section.school.code,
            "section_number": section.number,
            "name": section.title,
            "gradebook_number": link_of[section.number].gradebook_number
            if section.number in link_of
            else None,
        }
        for section in combining.sections(class_id)
    ]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A section of the same teachers that might come into the class. `why_not` None: it may."""

    number: int
    name: str
    why_not: str | None


def candidates(class_id: int, may_edit: Callable[[int], bool]) -> list[Candidate]:
    found = []
    for section in combining.siblings(class_id):
        former = combining.class_of(section)
        if former is None or not may_edit(former.id):
            continue
        try:
            check_free(former.id)
            combining.check_unused(former)
        except SectionInUseError as error:
            found.append(Candidate(section.number, former.name, error.message))
        else:
            found.append(Candidate(section.number, former.name, None))
    return found


def combine(
    class_id: int, numbers: Iterable[int], origin: Origin, may_edit: Callable[[int], bool]
) -> list[Json]:
    """Further sections of the class's school come into the class, all or none. Their students' scores stay here until a
    gradebook of theirs is joined by a set-up. Sections that belong to the class already change nothing. `may_edit`: whether
    the person may change a class; a section of another's class is not found.

    Raises NotFoundError, SectionInUseError, SetupRunning.
    """
    if ClassSync.objects.filter(school_class_id=class_id, setting_up=True).exists():
        raise errors.SetupRunning
    with transaction.atomic():
        for number in dict.fromkeys(numbers):
            _take(class_id, combining.find(class_id, number), origin, may_edit)
        homes.settle(class_id)
        # A gradebook over several sections names them: its next reading tells.
        Link.objects.filter(school_class_id=class_id, ended_on=None).update(look_at_everything=True)
    announce.announce(class_id)
    return of_class(class_id)


def _take(class_id: int, section: Section, origin: Origin, may_edit: Callable[[int], bool]) -> None:
    former = combining.class_of(section)
    if former is None or not may_edit(former.id):
        raise NotFoundError(
            sentence("There is no section %(number)s of yours in this school.", number=section.number),
            hint=sentence("Check its number."),
        )
    if former.id == class_id:
        return
    check_free(former.id)
    combining.check_unused(former)
    combining.take(class_id, section, origin, settings.today_now())


def check_free(class_id: int) -> None:
    """Raises SectionInUseError for a class that is synced, or about to be."""
    if live_links(class_id):
        raise SectionInUseError(
            sentence("This section's own class is joined with an Aeries gradebook."),
            hint=sentence("Stop syncing it first; nothing is lost by it."),
        )
    if SetupDraft.objects.filter(school_class_id=class_id).exists():
        raise SectionInUseError(
            sentence("A set-up has been begun for this section's own class."),
            hint=sentence("Discard it first."),
        )

"""The set-up of a class: drafting, answering, summing up, confirming (public surface §3.3).

Nothing is written to either gradebook before a confirmed run. The thinking is `core.setup`; here its values are stored,
and Aeries is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from twinbook.aeries import errors as wire_errors
from twinbook.aeries import models as wire
from twinbook.aeries.client import AeriesClient
from twinbook.aeries.permits import Lane
from twinbook.aeries.side import AeriesSide
from twinbook.core.sentence import sentence
from twinbook.core.setup import planning, shown
from twinbook.core.setup.context import SetupContext
from twinbook.core.setup.draft import Draft
from twinbook.core.setup.offers import GradebookFacts, offer, why_not
from twinbook.core.setup.patching import patch as patch_draft
from twinbook.core.setup.refreshing import abandon
from twinbook.core.setup.refreshing import begin as begin_draft
from twinbook.core.setup.refreshing import refresh as refresh_draft
from twinbook.core.setup.serial import from_json, to_json
from twinbook.core.setup.summary import Summary, shown_summary, summarise
from twinbook.core.snapshot import ClassSnapshot, GradebookReading
from twinbook.district import settings as district_settings
from twinbook.district.models import ClassSection, Permission, SectionStaff
from twinbook.gradebook import classes
from twinbook.said import all_said
from twinbook.sync import (
    backup,
    clock,
    errors,
    far,
    health,
    homes,
    identity,
    load,
    memory,
    remote,
    runs,
    snapshots,
)
from twinbook.sync.models import ClassSync, DraftState, Link, Mode, Run, RunKind, SetupDraft

Json = dict[str, Any]


def gradebooks(class_id: int) -> list[Json]:
    """The gradebooks of the class's sections and of its staff with full permission, each suitable or saying why not.

    Asks Aeries. Raises NotConnected, AeriesUnavailable and AeriesRefuses.
    """
    return [shown_offer for shown_offer, _ in offers(class_id)]


def offers(class_id: int) -> list[tuple[Json, bool]]:
    """The same, each with whether it is of one of the class's own sections. Raises as `gradebooks`."""
    with asking() as client:
        found = _facts(client, class_id, counted=True)
    return [
        (all_said(offer(facts, context(class_id, facts.database_year))), facts.of_section) for facts in found
    ]


class asking:  # noqa: N801 reads as a verb in `with asking() as client`
    """A client for a person who waits: troubles come out as sentences."""

    def __enter__(self) -> AeriesClient:
        try:
            row = remote.connection_row()
            self._admission = health.admit(row.id)
            return remote.client()
        except health.RemoteDown as down:
            raise errors.AeriesUnavailable(hint=down.hint) from down
        except wire_errors.AeriesError as error:
            raise _said(error) from error

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, wire_errors.AeriesError):
            if error.request is not None:
                self._admission.failed(error)
            self._admission.close()
            raise _said(error) from error
        self._admission.answered()
        self._admission.close()


def _said(error: wire_errors.AeriesError) -> errors.SyncError:
    if isinstance(error, wire_errors.Wait):
        return errors.AeriesUnavailable(sentence("Aeries: %(text)s.", text=error.text), hint=error.hint)
    return errors.AeriesRefuses(
        runs.code_of(error), sentence("Aeries: %(text)s.", text=error.text), hint=error.hint
    )


def context(class_id: int, year_read: str, reading: GradebookReading | None = None) -> SetupContext:
    """`year_read`: the database year that Aeries answered for; it counts where the connection names none. `reading`: of
    the gradebook that is set up."""
    school_class = classes.get(class_id)
    row = remote.connection_row()
    return SetupContext(
        school_code=school_class.school_code,
        database_year=year_read if row.database_year is None else str(row.database_year),
        today=load.today(row.id, clock.now()),
        backup=backup.told(),
        grace_days=_settings(class_id).grace_days,
        sections_move=() if reading is None else _sections_move(class_id, reading),
    )


def _sections_move(class_id: int, reading: GradebookReading) -> tuple[str, ...]:
    wanted = homes.link_sections(class_id, reading.sections)
    links = Link.objects.filter(school_class_id=class_id, ended_on=None)
    others = links.exclude(gradebook_number=reading.gradebook_number).order_by("id")
    return tuple(
        sentence(
            "section %(section)s: %(name)s (no. %(number)s)",
            section=number,
            name=link.gradebook_name,
            number=link.gradebook_number,
        )
        for link in others
        for number in link.sections
        if number in wanted
    )


def snapshot_for(class_id: int, reading: GradebookReading) -> ClassSnapshot:
    """Ours as this gradebook is concerned: of a class over several sections only the students of its own."""
    return snapshots.of_sections(class_id, homes.link_sections(class_id, reading.sections))


def _settings(class_id: int) -> ClassSync:
    return ClassSync.objects.get_or_create(school_class_id=class_id)[0]


def _facts(client: AeriesClient, class_id: int, *, counted: bool) -> list[GradebookFacts]:
    """`counted`: with the numbers of students and assignments, three requests or so more for each gradebook."""
    ask = partial(client.systeminfo, via=Lane.PERSON)
    year, _ = identity.check(remote.connection_row().id, client, lambda: ask().value)
    found: dict[int, wire.Gradebook] = {}
    sections = ClassSection.objects.filter(school_class_id=class_id).select_related("section__school")
    for row in sections:
        try:
            listed = client.section_gradebooks(row.section.school.code, row.section.number, via=Lane.PERSON)
        except wire_errors.NotFound:
            continue
        found.update({book.number: book for book in listed})
    own = set(found)
    for staff_id in _staff_of(class_id):
        try:
            listed = client.staff_gradebooks(staff_id, via=Lane.PERSON)
        except wire_errors.NotFound:
            continue
        found.update({book.number: book for book in listed if book.number not in found})
    used = _used(class_id, list(found))
    facts = [
        replace(_fact(book, str(year), used), of_section=number in own)
        for number, book in sorted(found.items())
    ]
    return [_counted(client, fact) for fact in facts] if counted else facts


def _counted(client: AeriesClient, fact: GradebookFacts) -> GradebookFacts:
    number = fact.gradebook_number
    try:
        lists = [client.gradebook_students(number, code, via=Lane.PERSON) for code in fact.term_codes]
        assignments = client.assignments(number, via=Lane.PERSON)
    except wire_errors.NotFound:
        return fact  # gone since it was listed; the others are shown nevertheless
    students = {row.student_id for listed in lists for row in listed if row.active}
    return replace(fact, students=len(students), assignments=len(assignments))


def _staff_of(class_id: int) -> list[int]:
    today = date.today()  # noqa: DTZ011 only narrows the list; suitability is judged on Aeries' own date
    rows = SectionStaff.objects.filter(
        Q(starts_on=None) | Q(starts_on__lte=today),
        Q(ends_on=None) | Q(ends_on__gte=today),
        section__class_section__school_class_id=class_id,
        inactive=False,
        permission=Permission.FULL,
    )
    return sorted(set(rows.values_list("staff__sis_staff_id", flat=True)))


def _used(class_id: int, numbers: list[int]) -> dict[int, str]:
    links = Link.objects.filter(ended_on=None, gradebook_number__in=numbers).exclude(school_class_id=class_id)
    return {link.gradebook_number: str(link.school_class_id) for link in links}


def _fact(book: wire.Gradebook, year: str, used: Mapping[int, str]) -> GradebookFacts:
    return GradebookFacts(
        gradebook_number=book.number,
        name=book.name,
        school_code=book.school_code,
        database_year=year,
        term_codes=tuple(term.code for term in book.terms),
        linked_group=book.linked_group,
        rubric=book.settings.doing_rubric,
        ends_on=book.end,
        already_used_by=used.get(book.number),
    )


def begin(class_id: int, gradebook_number: int, actor: str) -> tuple[Run, Json]:
    """Starts reading the gradebook; answers given before are kept as far as they apply.

    Raises SetupRunning, GradebookNotListed, GradebookUnsuitable, NotConnected, AeriesUnavailable, AeriesRefuses.
    """
    _not_running(class_id)
    with asking() as client:
        facts = {fact.gradebook_number: fact for fact in _facts(client, class_id, counted=False)}
    if gradebook_number not in facts:
        raise errors.GradebookNotListed
    chosen = facts[gradebook_number]
    reason = why_not(chosen, context(class_id, chosen.database_year))
    if reason is not None:
        raise errors.GradebookUnsuitable(reason, hint=sentence("Choose another gradebook."))
    if Link.objects.filter(
        school_class_id=class_id, ended_on=None, gradebook_number=gradebook_number
    ).exists():
        raise errors.AlreadySynced
    with transaction.atomic():
        row = SetupDraft.objects.select_for_update().filter(school_class_id=class_id).first()
        previous = _draft_of(row) if row is not None else None
        draft = begin_draft(previous, gradebook_number)
        run = runs.create(RunKind.READ, class_id, actor, {"gradebook_number": gradebook_number})
        row = row or SetupDraft(school_class_id=class_id, created_by=actor)
        row.gradebook_number = gradebook_number
        row.state = DraftState.READING
        row.answers = to_json(draft)
        row.reading = (
            None if previous is None or previous.gradebook_number != gradebook_number else row.reading
        )
        row.run = run
        row.save()
    return run, shown.shown_draft(draft)


def refresh(class_id: int, actor: str) -> Run:
    """Reads again; what vanished or changed since its answer becomes stale. Raises NoDraft, SetupRunning."""
    _not_running(class_id)
    with transaction.atomic():
        row = _row(class_id, lock=True)
        draft = begin_draft(_draft_of(row), row.gradebook_number)
        run = runs.create(RunKind.READ, class_id, actor, {"gradebook_number": row.gradebook_number})
        row.state, row.answers, row.run = DraftState.READING, to_json(draft), run
        row.save()
    return run


def draft(class_id: int) -> Json:
    """Raises NoDraft."""
    row = _row(class_id)
    return {**all_said(shown.shown_draft(_draft_of(row))), "state": row.state}


def patch(class_id: int, body: Mapping[str, object]) -> Json:
    """Changes answers; changing one never loses another. Raises NoDraft, StillReading, SetupRunning, DraftError."""
    _not_running(class_id)
    with transaction.atomic():
        row = _row(class_id, lock=True)
        if row.state == DraftState.READING:
            raise errors.StillReading
        changed = patch_draft(_draft_of(row), body)
        row.answers = to_json(changed)
        row.save(update_fields=["answers", "changed_at"])  # the reading beside them is large
    return dict(all_said(shown.shown_draft(changed)))


def discard(class_id: int) -> None:
    """Raises NoDraft, SetupRunning."""
    _not_running(class_id)
    _row(class_id).delete()


def summary(class_id: int) -> Json:
    """What Confirm will do, from the stored reading. Raises NoDraft, StillReading."""
    return dict(all_said(shown_summary(_summary(_row(class_id)))))


def confirm(class_id: int, fingerprint: str, actor: str) -> Run:
    """Raises NoDraft, StillReading, SetupRunning, Observing, Paused, SummaryOutOfDate (with the new summary), NotReady."""
    _not_running(class_id)
    _may_begin(class_id)
    with transaction.atomic():
        row = _row(class_id, lock=True)
        if row.state == DraftState.CONFIRMED:
            raise errors.SetupRunning
        found = _summary(row)
        if found.fingerprint != fingerprint:
            raise errors.SummaryOutOfDate(extra={"summary": shown_summary(found)})
        if not found.ready:
            stops = [{"code": s.code, "message": s.message, "hint": s.hint} for s in found.blocking]
            raise errors.NotReady(hint=found.blocking[0].hint, extra={"blocking": stops})
        reading = _reading(row)
        place = context(class_id, reading.database_year, reading)
        ours = snapshot_for(class_id, reading)
        plan = planning.confirmed_plan(_draft_of(row), ours, reading, _far(), place)
        run = runs.create(RunKind.SETUP, class_id, actor, {"gradebook_number": row.gradebook_number})
        run.plan = shown_summary(found)
        run.save(update_fields=["plan"])
        row.confirmed_plan, row.state, row.run = to_json(plan), DraftState.CONFIRMED, run
        row.save()
        _settings(class_id)
        ClassSync.objects.filter(school_class_id=class_id).update(setting_up=True)
    return run


def _may_begin(class_id: int) -> None:
    """The confirmed run writes on both sides. Reading and answering are possible in every mode."""
    load.check_not_observing(class_id)
    own = ClassSync.objects.filter(school_class_id=class_id, mode=Mode.PAUSED).exists()
    if own or district_settings.get().mode == Mode.PAUSED:
        raise errors.Paused(
            sentence("Syncing is paused: the set-up cannot write to either gradebook."),
            hint=sentence("Set the mode back to `sync`, then confirm; your answers are kept."),
        )


def carry_out_reading(run: Run) -> None:
    """The run behind `begin` and `refresh`. Interrupted: begun again from the start, nothing is lost."""
    class_id = runs.class_of(run)
    number = int(run.params["gradebook_number"])
    client = remote.client()
    with health.admitted(remote.connection_row().id) as admission:
        ask = partial(client.systeminfo, via=Lane.BULK)
        year, today = identity.check(remote.connection_row().id, client, lambda: ask().value)
        admission.answered()
        reading = snapshots.read_gradebook(client, number, str(year), runs.teller(run))
    with transaction.atomic():
        row = SetupDraft.objects.select_for_update().filter(school_class_id=class_id, run_id=run.id).first()
        if row is None or row.state == DraftState.CONFIRMED:
            return  # another gradebook was chosen meanwhile, or the draft was discarded
        place = SetupContext(
            school_code=classes.get(class_id).school_code,
            database_year=str(year),
            today=today,
            backup=backup.told(),
            grace_days=_settings(class_id).grace_days,
            sections_move=_sections_move(class_id, reading),
        )
        before = memory.of(class_id, number, reading.database_year)
        read = refresh_draft(
            _draft_of(row), snapshot_for(class_id, reading), reading, _far(), place, earlier=before
        )
        row.answers, row.reading = to_json(read), to_json(reading)
        row.state, row.read_at = DraftState.READY, reading.read_at
        row.save()


def reading_failed(run: Run) -> None:
    """A reading that cannot be had leaves the draft with its answers, to be refreshed."""
    row = SetupDraft.objects.filter(run_id=run.id, state=DraftState.READING).first()
    if row is None:
        return
    left = abandon(_draft_of(row))
    if left is None:
        row.delete()
        return
    row.answers, row.state, row.gradebook_number = to_json(left), DraftState.READY, left.gradebook_number
    if row.reading is None or row.reading.get("gradebook_number") != left.gradebook_number:
        row.reading = None
    row.save()


def _far() -> AeriesSide:
    return far.side_of(district_settings.get())


def _summary(row: SetupDraft) -> Summary:
    if row.state == DraftState.READING:
        raise errors.StillReading
    if row.reading is None:
        raise errors.NotReady(
            sentence("The Aeries gradebook could not be read."), hint=sentence("Read it again (refresh).")
        )
    class_id = row.school_class_id
    reading = _reading(row)
    place = context(class_id, reading.database_year, reading)
    return summarise(_draft_of(row), snapshot_for(class_id, reading), reading, _far(), place)


def _reading(row: SetupDraft) -> GradebookReading:
    return from_json(GradebookReading, row.reading or {})


def _draft_of(row: SetupDraft) -> Draft:
    found: Draft = from_json(Draft, row.answers)
    return found


def _row(class_id: int, *, lock: bool = False) -> SetupDraft:
    """The reading and the plan, which are large, are fetched when they are asked for."""
    rows = SetupDraft.objects.select_for_update() if lock else SetupDraft.objects.all()
    row = rows.defer("reading", "confirmed_plan").filter(school_class_id=class_id).first()
    if row is None:
        raise errors.NoDraft
    return row


def _not_running(class_id: int) -> None:
    if ClassSync.objects.filter(school_class_id=class_id, setting_up=True).exists():
        raise errors.SetupRunning

"""From the database to the plain views that carrying out is shown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q

from twinbook.core.brake import BrakeLimits
from twinbook.core.carry_out.views import (
    CellView,
    GradingRule,
    LinkView,
    NewItems,
    PairHead,
    PairState,
    PairView,
)
from twinbook.core.cells import CellBase, Intent, OpenProblem, OurCell, Policy, ProblemCode
from twinbook.core.fields import CategoryMap
from twinbook.core.sentence import sentence
from twinbook.core.snapshot import OurActivity, TheirStudent, TheirTerm
from twinbook.core.values import Maxima
from twinbook.district import settings as district_settings
from twinbook.district.models import DistrictSettings
from twinbook.gradebook import cells, scores
from twinbook.gradebook.cells import Cell
from twinbook.gradebook.models import Activity, Score
from twinbook.gradebook.origin import OriginKind
from twinbook.sync import clock, codec, errors, far, installation, mass_change, members, moved
from twinbook.sync.members import Member
from twinbook.sync.models import (
    CategoryPair,
    CellBaseRow,
    ClassSync,
    IntentRow,
    Link,
    LinkStudent,
    Mode,
    Pair,
    Problem,
    RemoteState,
)

SEND_ANYWAY, KEEP_HERE = "send_anyway", "keep_here"
ZEROS_AHEAD = "zeros_ahead"
CELL_CODES = {code.value for code in ProblemCode}


def link_view(link_id: int, *, dry_run: bool = False) -> LinkView:
    link = Link.objects.select_related("school_class", "connection").get(id=link_id)
    sync = ClassSync.objects.get(school_class_id=link.school_class_id)
    district = district_settings.get()
    now = clock.now()
    mass = Problem.objects.filter(
        school_class_id=link.school_class_id, closed_at=None, subject__startswith="brake:"
    )
    brake_questions = list(mass.values_list("subject", "answer"))
    pairs = list(Pair.objects.filter(link=link).select_related("activity").order_by("id"))
    in_pairs = [pair.activity_id for pair in pairs if pair.activity_id is not None]
    new = Activity.objects.filter(school_class_id=link.school_class_id, deleted_at=None).exclude(
        id__in=in_pairs
    )
    return LinkView(
        link_id=link.id,
        class_id=link.school_class_id,
        generation=link.school_class.generation,
        writes=not dry_run and writes(sync, district),
        policy=_policy(link, sync, district),
        new_in_aeries=NewItems(sync.new_in_aeries),
        new_in_lms=NewItems(sync.new_in_lms),
        grading_rule=GradingRule(sync.grading_completed),
        create_after=timedelta(seconds=sync.create_after_seconds),
        grace=timedelta(days=sync.grace_days),
        longest_timeout=timedelta(seconds=link.connection.longest_timeout_seconds),
        second_look=timedelta(seconds=link.connection.second_look_seconds),
        far=far.side_of(district),
        brake=brake_limits(district.brake),
        categories=category_map(link.id),
        ignored_codes=_ignored_codes(link.id),
        students=their_students(link.id),
        students_read_at=link.students_read_at,
        gradebook_read_at=link.gradebook_read_at,
        terms=tuple(_term(item) for item in link.terms),
        today=today(link.connection_id, now),
        pairs=tuple(_head(pair, link, now) for pair in pairs),
        asked_about=_asked_about(link.id),
        new_activities=tuple(our_activity(activity) for activity in new.order_by("id")),
        missing_since=link.missing_since,
        students_missing_since=link.students_missing_since,
        create_here=_to_create(link.id),
        to_delete=_to_delete(link),
        roster={member.sis_student_id: member.student for member in members.of_link(link)},
        values_in_class=Score.objects.filter(activity_id__in=in_pairs)
        .exclude(kind="blank")
        .exclude(student_id__in=members.elsewhere(link))
        .count(),
        braked=frozenset(subject for subject, _ in brake_questions),
        answers=mass_change.answers_of(brake_questions),
        base_doubtful=link.base_doubtful_since is not None,
    )


def _policy(link: Link, sync: ClassSync, district: DistrictSettings) -> Policy:
    """No policy decides over a base that may be too old: what looks changed on both sides may be our own later write."""
    if link.base_doubtful_since is not None:
        return Policy.ASK
    return Policy(sync.conflict_policy or district.conflict_policy)


def _asked_about(link_id: int) -> frozenset[int]:
    asked = Problem.objects.filter(link_id=link_id, closed_at=None, code="possible_duplicate", pair=None)
    ids = asked.filter(activity__isnull=False).values_list("activity_id", flat=True)
    return frozenset(activity for activity in ids if activity is not None)


def _to_create(link_id: int) -> frozenset[str]:
    answered = Problem.objects.filter(
        link_id=link_id, subject__startswith="aeries:", answer__in=("create", "ours")
    )
    return frozenset(
        subject.removeprefix("aeries:") for subject in answered.values_list("subject", flat=True)
    )


def _to_delete(link: Link) -> frozenset[str]:
    """Of this gradebook, or of a link that has ended: the class may be joined with the same one again."""
    of_link = Q(link=link) | Q(link=None) | Q(link__ended_on__isnull=False)
    tasks = Problem.objects.filter(
        of_link, school_class_id=link.school_class_id, subject__startswith="undo:", closed_at=None
    )
    return frozenset(task.details["aeries_id"] for task in tasks if task.details.get("kind") == "delete")


def writes(sync: ClassSync, district: DistrictSettings) -> bool:
    """Whether anything may be written for the class: not while it, the district or a restored installation observes."""
    return sync.mode == Mode.SYNC and district.mode == "sync" and not installation.observes()


def may_write(class_id: int) -> bool:
    """The same for the class as it stands now: the last question before each write, whatever run it belongs to."""
    sync = ClassSync.objects.filter(school_class_id=class_id).first()
    return sync is not None and writes(sync, district_settings.get())


def check_not_observing(class_id: int) -> None:
    """For what a person starts and what would write on either side. Raises Observing."""
    if installation.observes():
        raise errors.Observing(
            sentence(
                "This database was restored or copied: Twinbook only observes until an administrator confirms."
            ),
            hint=sentence("An administrator looks at the preview on the page District and confirms it."),
        )
    sync = ClassSync.objects.filter(school_class_id=class_id).first()
    if district_settings.get().mode == Mode.OBSERVE:
        raise errors.Observing(hint=sentence("An administrator sets the district's mode to `sync`."))
    if sync is not None and sync.mode == Mode.OBSERVE:
        raise errors.Observing(hint=sentence("Set the class's mode to `sync`."))


def today(connection_id: int, now: datetime) -> date:
    state = RemoteState.objects.filter(connection_id=connection_id).first()
    return state.aeries_today if state is not None and state.aeries_today is not None else now.date()


def brake_limits(brake: dict[str, Any]) -> BrakeLimits:
    item, whole = brake["item"], brake["class"]
    return BrakeLimits(
        group_cells=int(item["cells"]),
        group_share=Decimal(str(item["percent"])) / 100,
        all_blanked=int(item["blanked"]),
        class_cells=int(whole["cells"]),
        class_share=Decimal(str(whole["percent"])) / 100,
    )


def category_map(link_id: int) -> CategoryMap:
    paired = CategoryPair.objects.filter(
        link_id=link_id, category__isnull=False, code__isnull=False, missing_since=None
    )
    code_of: dict[int, str] = {}
    category_of: dict[str, int] = {}
    for row in paired:
        if row.category_id is not None and row.code is not None:
            code_of[row.category_id] = row.code
            category_of[row.code] = row.category_id
    return CategoryMap(code_of, category_of)


def _ignored_codes(link_id: int) -> frozenset[str]:
    rows = CategoryPair.objects.filter(link_id=link_id, category=None)
    return frozenset(row.code for row in rows if row.code is not None)


def their_students(link_id: int) -> tuple[TheirStudent, ...]:
    return tuple(
        TheirStudent(row.sis_student_id, row.starts_on, row.ends_on, row.tag)
        for row in LinkStudent.objects.filter(link_id=link_id).order_by("sis_student_id")
    )


def our_activity(activity: Activity) -> OurActivity:
    return OurActivity(
        id=activity.id,
        title=activity.title,
        description=activity.description,
        category_id=activity.category_id,
        points=activity.points,
        assigned_on=activity.assigned_on,
        due_on=activity.due_on,
        extra_credit=activity.extra_credit,
        grading_completed=activity.grading_completed,
        published=activity.published,
        version=activity.version,
        generation=activity.generation,
    )


def our_cell(cell: Cell | None) -> OurCell:
    if cell is None:
        return OurCell(cells.from_columns("blank", None, None, None), 0, typed=True)
    typed = cell.origin is None or cell.origin.kind is not OriginKind.SYNC
    return OurCell(cell.value, cell.value_version, typed=typed)


def _term(item: dict[str, Any]) -> TheirTerm:
    return TheirTerm(item["code"], item["name"], _day(item["starts_on"]), _day(item["ends_on"]))


def _day(text: str | None) -> date | None:
    return None if not text else date.fromisoformat(text)


def _head(pair: Pair, link: Link, now: datetime) -> PairHead:
    activity = pair.activity
    due = pair.look_again_at is not None and pair.look_again_at <= now
    moved = activity is not None and activity.generation > pair.looked_generation
    return PairHead(
        id=pair.id,
        state=PairState(pair.state),
        unique_id=pair.unique_id,
        activity_id=pair.activity_id,
        title=activity.title if activity is not None else pair.their_title,
        dirty=(moved or due or link.look_at_everything)
        and pair.state in (PairState.LINKED, PairState.CREATING),
        missing_since=pair.missing_since,
        activity_deleted=activity is not None and activity.deleted_at is not None,
        ours=None if activity is None else our_activity(activity),
        scores_read_at=pair.scores_read_at,
        external_id=pair.external_id,
    )


def pair_view(pair_id: int) -> PairView | None:
    """None when the pair is gone, takes no part, or its activity was deleted here."""
    pair = Pair.objects.select_related("activity", "link").filter(id=pair_id).first()
    if pair is None or pair.activity is None or pair.activity.deleted_at is not None:
        return None
    if pair.state not in (PairState.LINKED, PairState.CREATING):
        return None
    problems = _problems(pair)
    return PairView(
        id=pair.id,
        state=PairState(pair.state),
        activity=our_activity(pair.activity),
        edited_at=pair.activity.edited_at,
        unique_id=pair.unique_id,
        number=pair.number,
        external_id=pair.external_id,
        create_sent_at=pair.create_sent_at,
        create_ended_at=pair.create_ended_at,
        create_confirmed=pair.create_confirmed,
        confirmed_in_summary=pair.confirmed_in_summary,
        refused=problems.refused,
        rule_fired=pair.rule_fired,
        zeros_asked=problems.zeros_asked,
        fields={name: (both[0], both[1]) for name, both in pair.fields.items()},
        maxima=maxima_of(pair),
        their_due_on=pair.their_due_on,
        their_grading_completed=pair.their_grading_completed,
        cells=_cells(pair, problems),
        open_question=problems.of_pair,
        fields_in_question=problems.about_fields,
        fields_in_conflict=frozenset(problems.fields_in_conflict),
    )


def maxima_of(pair: Pair) -> Maxima | None:
    if pair.max_ours is None or pair.max_entry is None or pair.max_weight is None:
        return None
    return Maxima(pair.max_ours, pair.max_entry, pair.max_weight)


def unpaired_view(link: Link, activity_id: int) -> PairView | None:
    """An activity of no pair, as its pair would look: nothing is stored for it yet."""
    activity = Activity.objects.filter(id=activity_id, deleted_at=None).first()
    if activity is None:
        return None
    ours = scores.of_activity(activity_id)
    return PairView(
        id=0,
        state=PairState.CREATING,
        activity=our_activity(activity),
        edited_at=activity.edited_at,
        unique_id=None,
        number=None,
        external_id=None,
        create_sent_at=None,
        create_ended_at=None,
        create_confirmed=False,
        fields={},
        maxima=None,
        their_due_on=None,
        their_grading_completed=False,
        cells=tuple(
            CellView(
                student=member.student,
                sis_student_id=member.sis_student_id,
                ours=our_cell(ours.get(member.student)),
                base=None,
                agreed_as=None,
                intents=(),
                problem=None,
                send_anyway=False,
                older=_older(ours.get(member.student), member),
            )
            for member in members.of_link(link)
        ),
        open_question=None,
        fields_in_question=False,
        fields_in_conflict=frozenset(),
    )


def _older(cell: Cell | None, member: Member) -> bool:
    """Whether the value was saved before the student's home began (C7)."""
    if member.home_since is None or cell is None or cell.saved_at is None:
        return False
    return cell.saved_at < member.home_since


def _cells(pair: Pair, problems: _Problems) -> tuple[CellView, ...]:
    assert pair.activity_id is not None
    ours = scores.of_activity(pair.activity_id)
    bases = {row.student_id: row for row in CellBaseRow.objects.filter(pair=pair)}
    intents = _intents(pair)
    return tuple(
        _cell(
            member,
            ours.get(member.student),
            bases.get(member.student),
            tuple(intents[member.student]),
            problems,
        )
        for member in members.of_link(pair.link)
    )


def _cell(
    member: Member,
    cell: Cell | None,
    base: CellBaseRow | None,
    intents: tuple[Intent, ...],
    problems: _Problems,
) -> CellView:
    ours = our_cell(cell)
    return CellView(
        student=member.student,
        sis_student_id=member.sis_student_id,
        ours=ours,
        base=None if base is None else cell_base(base),
        agreed_as=None if base is None else base.membership,
        intents=intents,
        problem=problems.of_cells.get(member.student),
        send_anyway=problems.after_term.get(member.student) == (SEND_ANYWAY, ours.version),
        keep_here=problems.after_term.get(member.student) == (KEEP_HERE, ours.version),
        older=_older(cell, member),
        left=problems.left.get(member.student) == ours.version,
    )


def cell_base(row: CellBaseRow) -> CellBase:
    return CellBase(
        ours=codec.optional_value(row.ours_kind, row.ours_text),
        ours_version=row.ours_version,
        theirs=codec.optional_form(row.theirs_kind, row.theirs_text),
        maxima=Maxima(row.max_ours, row.max_entry, row.max_weight),
        their_revision=row.their_revision,
    )


def _intents(pair: Pair) -> dict[int, list[Intent]]:
    found: dict[int, list[Intent]] = defaultdict(list)
    for row in IntentRow.objects.filter(pair=pair, settled_at=None).order_by("id"):
        found[row.student_id].append(
            Intent(
                id=row.id,
                ours=codec.value_from(row.ours_kind, row.ours_text),
                ours_version=row.ours_version,
                sent=codec.form_from(row.sent_kind, row.sent_text),
                maxima=Maxima(row.max_ours, row.max_entry, row.max_weight),
                ended_at=row.ended_at,
                replaced=codec.optional_form(row.replaced_kind, row.replaced_text),
            )
        )
    return found


@dataclass(slots=True)
class _Problems:
    """What is in question about one pair, and what a person answered."""

    of_pair: str | None = None
    about_fields: bool = False
    refused: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    fields_in_conflict: set[str] = field(default_factory=set)
    zeros_asked: bool = False
    of_cells: dict[int, OpenProblem] = field(default_factory=dict)
    after_term: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Student → what a person said last about a value after the term's end, and its version."""
    left: dict[int, int] = field(default_factory=dict)
    """Student → the version of the value that a person left behind after a move."""


def _problems(pair: Pair) -> _Problems:
    """One statement: every look at a pair asks it."""
    of_pair = f"activity:{pair.activity_id}"
    about = Q(pair=pair) | Q(link_id=pair.link_id, subject=of_pair)
    about |= Q(link_id=pair.link_id, code="student_moved", answer="leave_here")
    found = _Problems()
    answered = Q(answer__in=(SEND_ANYWAY, KEEP_HERE, "leave_here"))
    for row in Problem.objects.filter(about, Q(closed_at=None) | answered).order_by("id"):
        if row.answer == "leave_here" and row.student_id is not None and pair.activity_id is not None:
            version = moved.versions(row.details).get(pair.activity_id)
            if version is not None:
                found.left[row.student_id] = version
        if row.code == ProblemCode.TERM_ENDED and row.answer is not None and row.student_id is not None:
            found.after_term[row.student_id] = (row.answer, row.ours_version)
        if row.closed_at is not None:
            continue
        if row.subject == of_pair:
            found.of_pair = row.code
        elif row.field is not None:
            found.about_fields = True
            if row.code == ProblemCode.REJECTED:
                ours, theirs, said = (str(row.details.get(key, "")) for key in ("ours", "theirs", "message"))
                found.refused[row.field] = (ours, theirs, said)
            if row.code == ProblemCode.CONFLICT:
                found.fields_in_conflict.add(row.field)
        elif row.code == ZEROS_AHEAD:
            found.zeros_asked = True
        elif row.student_id is not None and row.code in CELL_CODES:
            found.of_cells[row.student_id] = OpenProblem(
                ProblemCode(row.code),
                codec.optional_value(row.ours_kind, row.ours_text),
                codec.optional_form(row.theirs_kind, row.theirs_text),
                row.ours_version,
            )
    return found

"""The synchroniser's own state. It persists observations, not work (design §2): what is to be done is always found by
comparing states; nothing here is a queue of scores.

Base, intents, problems, looked-through generation, next attempt and health belong to a *link*; budget and reachability
to a *remote* (the Aeries connection); settings and lease to a class (design §2.5).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from twinbook.district.models import AeriesConnection
from twinbook.gradebook.models import Activity, Category, SchoolClass, Side, Student
from twinbook.sync.sentence_columns import SentenceColumn, SentencesColumn


class Mode(models.TextChoices):
    SYNC = "sync"
    OBSERVE = "observe"
    PAUSED = "paused"


class ConflictPolicy(models.TextChoices):
    ASK = "ask"
    LMS = "lms"
    AERIES = "aeries"


class NewItems(models.TextChoices):
    CREATE = "create"
    ASK = "ask"
    IGNORE = "ignore"


class GradingCompletedRule(models.TextChoices):
    BY_HAND = "by_hand"
    WHEN_EVERYONE = "when_everyone_has_a_value"
    ON_DUE_DATE = "on_due_date"


class Installation(models.Model):
    """One row. Its twin lies in a file beside the secrets; a mismatch means a restored or cloned database (G3)."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    identity = models.UUIDField()
    high_water = models.BigIntegerField(default=0)
    confirmations = models.IntegerField(default=0)
    """How often a person confirmed that a restored or copied database may write again."""
    known_as = models.JSONField(default=list)
    """Identities of data folders with which this database was confirmed."""
    database_mark = models.TextField(blank=True, default="")
    """Which database this row was last used in; blank: never judged."""
    ticked_at = models.DateTimeField(null=True)
    observe_only_since = models.DateTimeField(null=True)
    observe_only_why = SentenceColumn(blank=True, default="")
    sweeper_rescues = models.BigIntegerField(default=0)
    """Classes that the sweeper woke although a save should have: stays 0 while no process dies (J1)."""
    next_night_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_installation")]


class RemoteState(models.Model):
    """Request budget and reachability of one remote, shared by all workers (J4). All times are the database's."""

    connection = models.OneToOneField(AeriesConnection, on_delete=models.CASCADE, primary_key=True)
    next_free_at = models.DateTimeField(db_default=Now())
    paused_until = models.DateTimeField(null=True)
    down_since = models.DateTimeField(null=True)
    next_probe_at = models.DateTimeField(null=True)
    probe_wait_seconds = models.IntegerField(default=0)
    troubles = models.IntegerField(default=0)
    """Doubtful failures in a row, without a success between."""
    identity_checked_at = models.DateTimeField(null=True)
    """The last systeminfo that showed the expected year: trusted for ten minutes (G2)."""
    aeries_year = models.IntegerField(null=True)
    """The starting year that it answered for: trusted for links of that year only."""
    aeries_today = models.DateField(null=True)
    """"Today" is Aeries' own date (G2)."""


class RequestSlot(models.Model):
    """One in-flight place; taken by SKIP LOCKED, free again at `until` even when its taker died."""

    remote = models.ForeignKey(RemoteState, on_delete=models.CASCADE, related_name="slots")
    position = models.SmallIntegerField()
    until = models.DateTimeField(db_default=Now())
    taken = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("remote", "position", name="slot_once_per_remote")]


class ClassSync(models.Model):
    """A class's settings. Its lease is a row of its own, so that saving settings cannot put back an older lease."""

    school_class = models.OneToOneField(
        SchoolClass, on_delete=models.PROTECT, primary_key=True, related_name="sync"
    )
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.SYNC)
    conflict_policy = models.CharField(max_length=10, choices=ConflictPolicy.choices, null=True)
    """Null: the district's default."""
    new_in_aeries = models.CharField(max_length=10, choices=NewItems.choices, default=NewItems.CREATE)
    new_in_lms = models.CharField(max_length=10, choices=NewItems.choices, default=NewItems.CREATE)
    grading_completed = models.CharField(
        max_length=30, choices=GradingCompletedRule.choices, default=GradingCompletedRule.BY_HAND
    )
    reuse_seconds = models.IntegerField(default=3)
    create_after_seconds = models.IntegerField(default=30)
    grace_days = models.IntegerField(default=14)
    setting_up = models.BooleanField(default=False)
    """From an accepted confirm to that run's end: nothing else writes for the class (G5)."""
    restored_by = models.ForeignKey("Run", on_delete=models.SET_NULL, null=True, related_name="+")
    """A restore of the class whose effect in Aeries nobody has confirmed yet: until then it stays paused (G4)."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="class_mode_known"),
            models.CheckConstraint(
                condition=Q(conflict_policy=None) | Q(conflict_policy__in=ConflictPolicy.values),
                name="class_policy_known",
            ),
        ]


class LeaseKind(models.TextChoices):
    CLASS = "class"
    RUN = "run"


class Lease(models.Model):
    """Who may work on a class or carry out a run (J3). Held while `until` is ahead of the database's clock; null: given
    back. `number` counts the takings and is in every commit, so that a frozen holder's commit is refused. Written by
    `twinbook.sync.lease` only.
    """

    kind = models.CharField(max_length=5, choices=LeaseKind.choices)
    subject = models.BigIntegerField()
    """Id of the class or the run."""
    holder = models.TextField()
    number = models.BigIntegerField()
    until = models.DateTimeField(null=True)
    generation = models.BigIntegerField(default=0)
    """The class's generation when the lease was last taken: nobody has looked yet at a save ahead of it."""

    class Meta:
        constraints = [
            models.UniqueConstraint("kind", "subject", name="lease_once_per_subject"),
            models.CheckConstraint(condition=Q(kind__in=LeaseKind.values), name="lease_kind_known"),
        ]


class Link(models.Model):
    """Joins a class and an Aeries gradebook, dated: many per class over time, one live link per gradebook (G2).

    Live: `ended_on` is null. `looked_generation`: the class generation up to which this link has looked through
    everything. Dirty: the class's generation is ahead of it.
    """

    school_class = models.ForeignKey(SchoolClass, on_delete=models.PROTECT, related_name="links")
    connection = models.ForeignKey(AeriesConnection, on_delete=models.PROTECT, related_name="links")
    gradebook_number = models.BigIntegerField()
    gradebook_name = models.TextField(blank=True, default="")
    school_code = models.IntegerField()
    database_year = models.TextField()
    sections = models.JSONField(default=list)
    started_on = models.DateField()
    ended_on = models.DateField(null=True)
    terms = models.JSONField(default=list)
    """Gradebook terms as last read: [{code, name, starts_on, ends_on}]."""
    looked_generation = models.BigIntegerField(default=0)
    look_at_everything = models.BooleanField(default=False)
    """The last step of a set-up marks the whole class dirty (G5)."""
    next_attempt_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    """Since when the class could not be served; null when it can. After an outage the oldest goes first."""
    attempts = models.IntegerField(default=0)
    why = SentenceColumn(null=True)
    """Why the class cannot be served right now, for people; null when it can."""
    held_run = models.ForeignKey("Run", on_delete=models.SET_NULL, null=True, related_name="+")
    last_pulled_at = models.DateTimeField(null=True)
    last_pushed_at = models.DateTimeField(null=True)
    students_read_at = models.DateTimeField(null=True)
    gradebook_read_at = models.DateTimeField(null=True)
    missing_since = models.DateTimeField(null=True)
    """First look that did not find the gradebook itself; a second one by another route decides (A7)."""
    students_missing_since = models.DateTimeField(null=True)
    """First reading of the list of students that lacked some that it had; a second one, a while later, decides (A7)."""
    base_doubtful_since = models.DateTimeField(null=True)
    """The database was restored or copied and this class was not looked through since: its base may be too old (G3)."""
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "database_year", "gradebook_number"],
                condition=Q(ended_on=None),
                name="one_live_link_per_gradebook",
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(ended_on=None), name="link_due"),
            models.Index(fields=["school_class"], condition=Q(ended_on=None), name="link_live_by_class"),
        ]


class LinkStudent(models.Model):
    """One row of the gradebook's student list, as last read."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="students")
    sis_student_id = models.BigIntegerField()
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    tag = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint("link", "sis_student_id", name="student_once_per_link")]


class StudentHome(models.Model):
    """The gradebook of a student's cells (C7), kept only in classes where it is not plain: with several live links, or
    with a section that no link covers. Written by `twinbook.sync.homes` only.

    `link` null: the student's section has no gradebook. `since`: when Twinbook saw the student move there; null: from the
    link's own beginning, whose set-up showed every value.
    """

    school_class = models.ForeignKey(SchoolClass, on_delete=models.CASCADE, related_name="homes")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="homes")
    link = models.ForeignKey(Link, on_delete=models.SET_NULL, null=True, related_name="homes")
    since = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("school_class", "student", name="one_home_per_student")]


class CategoryPair(models.Model):
    """A category here and a code there, or one of them ignored."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="categories")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True)
    code = models.CharField(max_length=4, null=True)
    their_name = models.TextField(blank=True, default="")
    their_percent = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    missing_since = models.DateTimeField(null=True)
    """First reading of the gradebook that lacked the code (A7)."""

    class Meta:
        constraints = [
            models.UniqueConstraint("link", "category", name="category_once_per_link"),
            models.UniqueConstraint("link", "code", name="code_once_per_link"),
            models.CheckConstraint(
                condition=Q(category__isnull=False) | Q(code__isnull=False), name="category_pair_names_one"
            ),
        ]


class PairState(models.TextChoices):
    LINKED = "linked"
    CREATING = "creating"
    """Ours is to be, or may already be, an assignment there; no UniqueID is pinned yet (A5)."""
    HELD = "held"
    IGNORED_IN_LMS = "ignored_in_lms"
    IGNORED_IN_AERIES = "ignored_in_aeries"
    UNLINKED = "unlinked"


class Pair(models.Model):
    """An activity and an assignment. `unique_id` is pinned for life; number and title are for show (A7).

    Creating (A5): `external_id` is minted from a random UUID and committed before the insert; `create_sent_at` is set
    with it, `create_ended_at` when the request ended on our side (null after a death: unknown).
    """

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="pairs")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, null=True, related_name="pairs")
    unique_id = models.TextField(null=True)
    number = models.IntegerField(null=True)
    their_title = models.TextField(blank=True, default="")
    state = models.CharField(max_length=20, choices=PairState.choices)
    external_id = models.TextField(null=True, unique=True)
    create_sent_at = models.DateTimeField(null=True)
    create_ended_at = models.DateTimeField(null=True)
    create_lease = models.BigIntegerField(null=True)
    create_holder = models.TextField(default="")
    create_confirmed = models.BooleanField(default=False)
    """A person confirmed this create in a summary or a problem: no question about a likely partner (A4)."""
    confirmed_in_summary = models.BooleanField(default=False)
    """A person confirmed this create in a summary that showed what stands alone there: only what has appeared since may
    hold it as a likely partner (A4)."""
    fields = models.JSONField(default=dict)
    """Field base: name → [ours, theirs], each half in its own form (A1)."""
    max_ours = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    max_entry = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    max_weight = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    """The maxima agreed for the pair; the base gets new ones only with a value read back under them (A3)."""
    their_due_on = models.DateField(null=True)
    their_grading_completed = models.BooleanField(default=False)
    looked_generation = models.BigIntegerField(default=0)
    scores_read_at = models.DateTimeField(null=True)
    """When the newest complete reading of the scores was asked for: `synced` is as of this moment (promise 5)."""
    fields_read_at = models.DateTimeField(null=True)
    look_again_at = models.DateTimeField(null=True)
    """An unsettled write or create makes the pair due again then (C4, A5)."""
    rule_fired = models.BooleanField(default=False)
    missing_since = models.DateTimeField(null=True)
    """First look that did not find it; the second look by another route decides (A7)."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["link", "activity"],
                condition=Q(activity__isnull=False),
                name="activity_once_per_link",
            ),
            models.UniqueConstraint(
                fields=["link", "unique_id"],
                condition=Q(unique_id__isnull=False),
                name="assignment_once_per_link",
            ),
            models.CheckConstraint(
                condition=Q(activity__isnull=False) | Q(unique_id__isnull=False), name="pair_names_one"
            ),
            models.CheckConstraint(
                condition=~Q(state="linked") | (Q(activity__isnull=False) & Q(unique_id__isnull=False)),
                name="linked_pair_names_both",
            ),
            models.CheckConstraint(
                condition=~Q(state="creating") | (Q(activity__isnull=False) & Q(unique_id=None)),
                name="creating_pair_has_no_partner_yet",
            ),
        ]
        indexes = [
            models.Index(fields=["look_again_at"], condition=Q(look_again_at__isnull=False), name="pair_due")
        ]


class CellBaseRow(models.Model):
    """What both sides held when they last agreed, each in its own form and unit (C1), with maxima and membership.

    A null kind is a half that was never agreed: that side counts as changed.
    """

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="bases", db_index=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT)
    ours_kind = models.CharField(max_length=10, null=True)
    ours_text = models.TextField(blank=True, default="")
    ours_version = models.BigIntegerField()
    theirs_kind = models.CharField(max_length=10, null=True)
    theirs_text = models.TextField(blank=True, default="")
    their_revision = models.TextField(null=True)
    max_ours = models.DecimalField(max_digits=12, decimal_places=4)
    max_entry = models.DecimalField(max_digits=14, decimal_places=4)
    max_weight = models.DecimalField(max_digits=14, decimal_places=4)
    membership = models.TextField(blank=True, default="")
    """Start, end and tag of the student's row in the gradebook then (C7)."""
    agreed_at = models.DateTimeField(db_default=Now())
    run_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("pair", "student", name="base_once_per_cell")]


class IntentRow(models.Model):
    """A write committed before its request is sent (C4). Unsettled while `settled_at` is null."""

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="intents")
    student = models.ForeignKey(Student, on_delete=models.PROTECT)
    ours_kind = models.CharField(max_length=10)
    ours_text = models.TextField(blank=True, default="")
    ours_version = models.BigIntegerField()
    sent_kind = models.CharField(max_length=10)
    sent_text = models.TextField()
    max_ours = models.DecimalField(max_digits=12, decimal_places=4)
    max_entry = models.DecimalField(max_digits=14, decimal_places=4)
    max_weight = models.DecimalField(max_digits=14, decimal_places=4)
    replaced_kind = models.CharField(max_length=10, null=True)
    """What stood there and was never agreed; null: nothing such, or it is in the history by now."""
    replaced_text = models.TextField(blank=True, default="")
    lease_number = models.BigIntegerField()
    holder = models.TextField(default="")
    """The process that sent it: intents of a lost lease are settled once it is known dead (C4)."""
    run_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["pair"], condition=Q(settled_at=None), name="intent_unsettled")]


class RunKind(models.TextChoices):
    READ = "read"
    SETUP = "setup"
    PUSH = "push"
    FORCE = "force"
    NIGHTLY = "nightly"
    ROSTER = "roster"
    UNDO = "undo"
    RESTORE = "restore"
    LINK = "link"


class RunState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    HELD = "held"


class Run(models.Model):
    """One piece of work that a person may watch and undo. A run without an end is resumed by the next worker."""

    school_class = models.ForeignKey(SchoolClass, on_delete=models.PROTECT, null=True, related_name="runs")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="parts")
    kind = models.CharField(max_length=10, choices=RunKind.choices)
    dry_run = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    params = SentencesColumn(default=dict)
    progress_done = models.IntegerField(default=0)
    progress_total = models.IntegerField(default=0)
    progress_label = models.TextField(blank=True, default="")
    counts = models.JSONField(default=dict)
    plan = SentencesColumn(default=dict)
    error = SentencesColumn(null=True)
    created_by = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["school_class", "-id"], name="run_by_class"),
            models.Index(fields=["state"], condition=Q(state__in=["queued", "running"]), name="run_open"),
        ]


class MovedCell(models.Model):
    """What a cell held before a run moved it: kept beside the history, exactly, so that the run can be undone (G4).

    `side`: where the run wrote. `agreed`: both halves are the ones that were agreed before; else nothing had been, and they
    are what each side held. `after_version`: the version of our value that the run left behind; with another one somebody
    has edited since.
    """

    run_id = models.BigIntegerField()
    link = models.ForeignKey(Link, on_delete=models.PROTECT, null=True, db_index=False)
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, db_index=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, db_index=False)
    side = models.CharField(max_length=6, choices=Side.choices)
    agreed = models.BooleanField()
    ours_kind = models.CharField(max_length=10, null=True)
    ours_text = models.TextField(blank=True, default="")
    theirs_kind = models.CharField(max_length=10, null=True)
    theirs_text = models.TextField(blank=True, default="")
    after_version = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint("run_id", "activity", "student", name="moved_cell_once_per_run"),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="moved_cell_side_known"),
        ]


class MovedField(models.Model):
    """The same for a field of an activity, or with `student` for what stands beside a score (`late`, `comment`).

    `ours` and `theirs`: both halves as they were agreed before, each in its own form; `after_…`: as the run left them.
    """

    run_id = models.BigIntegerField()
    link = models.ForeignKey(Link, on_delete=models.PROTECT, null=True, db_index=False)
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, db_index=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, null=True, db_index=False)
    field = models.TextField()
    ours = models.TextField(null=True)
    theirs = models.TextField(null=True)
    after_ours = models.TextField(null=True)
    after_theirs = models.TextField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run_id", "activity", "field"],
                condition=Q(student=None),
                name="moved_field_once_per_run",
            ),
            models.UniqueConstraint(
                fields=["run_id", "activity", "student", "field"],
                condition=Q(student__isnull=False),
                name="moved_note_once_per_run",
            ),
        ]


class Problem(models.Model):
    """Something that needs a person. `subject` names the one thing it is about ("cell:7:31", "field:7:title",
    "activity:7", "class"): one open problem per link and subject. An unchanged cause keeps its id, also when a value changes."""

    school_class = models.ForeignKey(SchoolClass, on_delete=models.CASCADE, related_name="problems")
    link = models.ForeignKey(Link, on_delete=models.CASCADE, null=True, related_name="problems")
    subject = models.TextField()
    code = models.CharField(max_length=40)
    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, null=True)
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, null=True)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, null=True)
    field = models.TextField(null=True)
    ours_kind = models.CharField(max_length=10, null=True)
    ours_text = models.TextField(blank=True, default="")
    ours_version = models.BigIntegerField(default=0)
    theirs_kind = models.CharField(max_length=10, null=True)
    theirs_text = models.TextField(blank=True, default="")
    agreed_text = models.TextField(null=True)
    to_type = models.TextField(blank=True, default="")
    details = SentencesColumn(default=dict)
    answer = models.TextField(null=True)
    """A standing answer of a person that the next look honours (`send_anyway`, `keep_mark`)."""
    opened_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)
    closed_why = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school_class", "link", "subject"],
                condition=Q(closed_at=None),
                nulls_distinct=False,
                name="one_open_problem_per_subject",
            )
        ]
        indexes = [
            models.Index(
                fields=["school_class", "-id"], condition=Q(closed_at=None), name="problem_open_by_class"
            )
        ]


class DraftState(models.TextChoices):
    READING = "reading"
    READY = "ready"
    CONFIRMED = "confirmed"


class SetupDraft(models.Model):
    """The wizard of one class: what was read, what was answered. Nothing is written to either gradebook from it before
    Confirm."""

    school_class = models.OneToOneField(SchoolClass, on_delete=models.CASCADE, related_name="setup_draft")
    gradebook_number = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=DraftState.choices, default=DraftState.READING)
    reading = models.JSONField(null=True)
    answers = models.JSONField(default=dict)
    read_at = models.DateTimeField(null=True)
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True)
    confirmed_plan = models.JSONField(null=True)
    backup_path = models.TextField(blank=True, default="")
    created_by = models.TextField()
    changed_at = models.DateTimeField(auto_now=True)


class Outage(models.Model):
    """A time in which Aeries did not answer, long enough that somebody was to be told. One row each: the alert of its
    beginning and of its end are messages named after it, so that each goes out once."""

    began_at = models.DateTimeField(unique=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(models.Value(1), condition=Q(ended_at=None), name="one_outage_at_a_time")
        ]


class Channel(models.TextChoices):
    MAIL = "mail"
    WEBHOOK = "webhook"


class Message(models.Model):
    """Something to be told to people outside: `twinbook.sync.outbox`. `key` names the one thing that it tells, so that
    several workers store it once; whoever counts `attempts` up may send it. Holds no names of students and no grades."""

    key = models.TextField(unique=True)
    channel = models.CharField(max_length=7, choices=Channel.choices)
    to = models.JSONField(default=list)
    """Addresses of people, or the one address of a webhook."""
    subject = models.TextField(blank=True, default="")
    body = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    attempts = models.IntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    give_up_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    why_not = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["next_attempt_at"], condition=Q(sent_at=None), name="message_unsent")]
        constraints = [models.CheckConstraint(condition=Q(channel__in=Channel.values), name="channel_known")]

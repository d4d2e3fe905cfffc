"""The LMS gradebook in the database. Rows are changed through the services of this package only:
they lock the class first, bump versions and generations, and write the history (design J1)."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from twinbook.core.values import MarkKind
from twinbook.gradebook.origin import Origin, OriginKind

TITLE_LENGTH = 255
NAME_LENGTH = 255


def _one_of(field: str, words: type[models.TextChoices]) -> Q:
    return Q(**{f"{field}__in": words.values})


class ScoreKind(models.TextChoices):
    BLANK = "blank"
    NUMBER = "number"
    MARK = "mark"
    SIS_MARK = "sis_mark"


MARK_WORDS = [kind.value for kind in MarkKind]


class MembershipSource(models.TextChoices):
    ROSTER = "roster"
    HAND = "hand"


class Side(models.TextChoices):
    LMS = "lms"
    AERIES = "aeries"


class OriginColumns(models.Model):
    """Where the value came from. No foreign keys: this package does not know the sync's tables."""

    origin_kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in OriginKind])
    origin_link = models.BigIntegerField(null=True)
    origin_run = models.BigIntegerField(null=True)
    origin_actor = models.TextField(null=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(origin_kind__in=[kind.value for kind in OriginKind]),
                name="%(class)s_origin_known",
            )
        ]

    @property
    def origin(self) -> Origin:
        return Origin(OriginKind(self.origin_kind), self.origin_actor, self.origin_link, self.origin_run)


class SchoolClass(models.Model):
    """`generation` counts the transactions that changed anything in the class (design J1)."""

    name = models.CharField(max_length=NAME_LENGTH)
    school_code = models.IntegerField()
    section_number = models.IntegerField()
    term = models.TextField(blank=True, default="")
    generation = models.BigIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    ended_on = models.DateField(null=True)


class Category(models.Model):
    """`weight` in percent; null: the category carries none."""

    school_class = models.ForeignKey(SchoolClass, on_delete=models.PROTECT, related_name="categories")
    name = models.CharField(max_length=NAME_LENGTH)
    weight = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    drop_lowest = models.IntegerField(default=0)
    position = models.IntegerField(default=0)
    version = models.BigIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "school_class", "name", condition=Q(deleted_at=None), name="category_name_once_per_class"
            ),
            models.CheckConstraint(
                condition=Q(weight=None) | Q(weight__gte=0), name="category_weight_not_negative"
            ),
            models.CheckConstraint(condition=Q(drop_lowest__gte=0), name="category_drop_not_negative"),
        ]


class Activity(OriginColumns):
    """`version` counts changes of its own fields; `generation` is the class's at which the activity or
    one of its scores last changed; without an index, so that a save updates the row in place. Deleting is
    soft: the scores stay."""

    school_class = models.ForeignKey(SchoolClass, on_delete=models.PROTECT, related_name="activities")
    title = models.CharField(max_length=TITLE_LENGTH)
    description = models.TextField(blank=True, default="")
    category = models.ForeignKey(Category, null=True, on_delete=models.PROTECT, related_name="activities")
    points = models.DecimalField(max_digits=12, decimal_places=4)
    assigned_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    extra_credit = models.BooleanField(default=False)
    grading_completed = models.BooleanField(default=False)
    published = models.BooleanField(default=True)
    version = models.BigIntegerField(default=1)
    generation = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    edited_at = models.DateTimeField(db_default=Now())
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            *OriginColumns.Meta.constraints,
            models.CheckConstraint(condition=Q(points__gte=0), name="activity_points_not_negative"),
            models.CheckConstraint(
                condition=Q(points__gt=0) | Q(extra_credit=True), name="activity_zero_points_is_extra_credit"
            ),
            models.CheckConstraint(condition=Q(title__regex=r"\S"), name="activity_title_not_blank"),
        ]


class Student(models.Model):
    """Known in Aeries when `sis_student_id` is set, else made by hand."""

    sis_student_id = models.BigIntegerField(null=True, unique=True)
    first_name = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    last_name = models.CharField(max_length=NAME_LENGTH, blank=True, default="")

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class ClassStudent(models.Model):
    """A student's place in a class. Dropping makes it inactive with an end date; scores stay."""

    school_class = models.ForeignKey(SchoolClass, on_delete=models.PROTECT, related_name="memberships")
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="memberships")
    active = models.BooleanField(default=True)
    started_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    source = models.CharField(max_length=10, choices=MembershipSource.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint("school_class", "student", name="student_once_per_class"),
            models.CheckConstraint(
                condition=_one_of("source", MembershipSource), name="membership_source_known"
            ),
        ]


class Score(OriginColumns):
    """One cell. No row is a blank that nobody ever touched.

    `version` counts every change (If-Match); `value_version` counts changes of the value and is 0 while
    the cell never held one (a row that only carries a comment). Origin and `saved_at` belong to the value.
    """

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="scores", db_index=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="scores")
    kind = models.CharField(max_length=10, choices=ScoreKind.choices)
    number = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    mark = models.CharField(max_length=10, choices=[(word, word) for word in MARK_WORDS], null=True)
    sis_mark = models.TextField(null=True)
    late = models.BooleanField(null=True)
    comment = models.TextField(null=True)
    version = models.BigIntegerField(default=1)
    value_version = models.BigIntegerField(default=1)
    saved_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            *OriginColumns.Meta.constraints,
            models.UniqueConstraint("activity", "student", name="score_once_per_cell"),
            models.CheckConstraint(
                name="score_is_exactly_one_kind",
                condition=(
                    Q(kind="blank", number=None, mark=None, sis_mark=None)
                    | Q(kind="number", number__isnull=False, mark=None, sis_mark=None)
                    | Q(kind="mark", number=None, mark__isnull=False, mark__in=MARK_WORDS, sis_mark=None)
                    | Q(
                        kind="sis_mark", number=None, mark=None, sis_mark__isnull=False, sis_mark__regex=r"\S"
                    )
                ),
            ),
            models.CheckConstraint(
                condition=Q(number=None) | Q(number__gte=Decimal(0)), name="score_not_negative"
            ),
            models.CheckConstraint(condition=Q(version__gte=F("value_version")), name="score_version_counts"),
        ]


class HistoryEntry(models.Model):
    """Append-only (a trigger refuses UPDATE and DELETE). Order within a cell: by id."""

    school_class = models.ForeignKey(
        SchoolClass, on_delete=models.PROTECT, related_name="history", db_index=False
    )
    at = models.DateTimeField(db_default=Now())
    who = models.TextField()
    run_id = models.BigIntegerField(null=True)
    side = models.CharField(max_length=6, choices=Side.choices)
    activity = models.ForeignKey(
        Activity, null=True, on_delete=models.PROTECT, related_name="history", db_index=False
    )
    student = models.ForeignKey(
        Student, null=True, on_delete=models.PROTECT, related_name="history", db_index=False
    )
    field = models.TextField()
    before = models.TextField(null=True)
    after = models.TextField(null=True)
    why = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=_one_of("side", Side), name="history_side_known")]
        indexes = [
            models.Index(fields=["school_class", "activity", "student", "at"], name="history_by_cell"),
            models.Index(fields=["school_class", "-id"], name="history_newest_first"),
            models.Index(fields=["run_id"], name="history_by_run", condition=Q(run_id__isnull=False)),
        ]

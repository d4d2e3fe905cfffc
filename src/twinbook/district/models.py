"""The district: its people, sections and rosters as Aeries tells them, its accounts and its settings."""

from datetime import time
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from twinbook.gradebook.models import SchoolClass, Student

NAME_LENGTH = 255


class Permission(models.TextChoices):
    """What Aeries lets a member of the section's staff do in its gradebook (reference §7.1)."""

    FULL = "full"
    READ = "read"
    NONE = "none"
    UNKNOWN = "unknown"


class Mode(models.TextChoices):
    SYNC = "sync"
    OBSERVE = "observe"
    PAUSED = "paused"


class ConflictPolicy(models.TextChoices):
    ASK = "ask"
    LMS = "lms"
    AERIES = "aeries"


class ConnectionState(models.TextChoices):
    NEVER_CHECKED = "never_checked"
    OK = "ok"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"


class Digest(models.TextChoices):
    OFF = "off"
    DAILY = "daily"
    """Monday to Friday."""
    WEEKLY = "weekly"
    """On Mondays."""


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class Staff(models.Model):
    """`email` as Aeries gives it: not unique there and often blank (reference §6.1)."""

    sis_staff_id = models.BigIntegerField(unique=True)
    first_name = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    last_name = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    email = models.TextField(blank=True, default="")
    inactive = models.BooleanField(default=False)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class User(AbstractBaseUser):
    """An account, known by its e-mail address, which is kept in lower case."""

    email = models.EmailField(max_length=254, unique=True)
    is_active = models.BooleanField(default=True)
    is_district_admin = models.BooleanField(default=False)
    staff = models.OneToOneField(Staff, null=True, on_delete=models.SET_NULL, related_name="user")
    digest = models.CharField(max_length=6, choices=Digest.choices, default=Digest.DAILY)
    """How often the mail with what needs the person goes out, when something does."""
    digest_hour = models.SmallIntegerField(default=7)
    """From when, in the district's time zone."""
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower(F("email"))), name="user_email_in_lower_case"),
            models.CheckConstraint(condition=Q(digest__in=Digest.values), name="digest_known"),
            models.CheckConstraint(condition=Q(digest_hour__range=(0, 23)), name="digest_hour_of_a_day"),
        ]


class ApiToken(models.Model):
    """Only the hash of the token is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class School(models.Model):
    """`is_flex`: staff are attached to sections directly, and a blank permission means unknown."""

    code = models.IntegerField(unique=True)
    name = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    is_flex = models.BooleanField(default=False)
    inactive = models.BooleanField(default=False)


class RosterSchool(models.Model):
    """A school that somebody chose for the roster sync; the night reads all of them.

    `known_until` is Aeries' clock at the beginning of the last reading that came to its end, of `known_year`.
    """

    school_code = models.IntegerField(unique=True)
    chosen_at = models.DateTimeField(db_default=Now())
    known_until = models.DateTimeField(null=True)
    known_year = models.IntegerField(null=True)
    read_whole_at = models.DateTimeField(null=True)


class SchoolTerm(models.Model):
    """Terms overlap: a year holds its semesters (reference §5.3)."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="terms")
    database_year = models.IntegerField()
    code = models.TextField()
    name = models.TextField(blank=True, default="")
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("school", "database_year", "code", name="term_once_per_year")]


class Section(models.Model):
    """Section numbers come again every year, so the year is part of the key.

    `roster_day`: the day for which its roster was last read without doubt; `total_students`: what Aeries counted then.
    """

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="sections")
    database_year = models.IntegerField()
    number = models.IntegerField()
    course_id = models.TextField(blank=True, default="")
    title = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    period = models.TextField(blank=True, default="")
    term_code = models.TextField(blank=True, default="")
    inactive = models.BooleanField(default=False)
    roster_day = models.DateField(null=True)
    total_students = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("school", "database_year", "number", name="section_once_per_year")
        ]


class SectionStaff(models.Model):
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="staff")
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="sections")
    permission = models.CharField(max_length=7, choices=Permission.choices)
    primary = models.BooleanField(default=False)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    inactive = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("section", "staff", name="staff_once_per_section"),
            models.CheckConstraint(
                condition=Q(permission__in=Permission.values), name="section_permission_known"
            ),
        ]


class Enrolment(models.Model):
    """One span of a student in a section; who left and came back has two (reference §7.2)."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="enrolments")
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="enrolments")
    started_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["section", "student", "started_on", "ended_on"],
                nulls_distinct=False,
                name="enrolment_span_once",
            )
        ]


class ClassSection(models.Model):
    """The sections behind a class: one today, several when combined."""

    school_class = models.ForeignKey(SchoolClass, on_delete=models.PROTECT, related_name="sections")
    section = models.OneToOneField(Section, on_delete=models.PROTECT, related_name="class_section")


class AeriesConnection(models.Model):
    """The one remote of this installation: where Aeries is, and how hard it may be asked.

    Times are seconds. `longest_timeout_seconds`: how long a doubtful request may still take effect;
    `second_look_seconds`: when a vanished thing is looked for again (design A5, A7).
    """

    url = models.TextField(blank=True, default="")
    certificate_encrypted = models.TextField(blank=True, default="")
    database_year = models.IntegerField(null=True)
    allow_http = models.BooleanField(default=False)
    requests_per_second = models.IntegerField(default=10)
    burst = models.IntegerField(default=10)
    in_flight = models.IntegerField(default=6)
    connect_timeout = models.IntegerField(default=10)
    read_timeout = models.IntegerField(default=60)
    total_timeout = models.IntegerField(default=90)
    longest_timeout_seconds = models.IntegerField(default=180)
    second_look_seconds = models.IntegerField(default=60)
    state = models.CharField(
        max_length=13, choices=ConnectionState.choices, default=ConnectionState.NEVER_CHECKED
    )
    checked_at = models.DateTimeField(null=True)
    refused_for = models.TextField(blank=True, default="")
    """While `refused`: for what, as `aeries.refusals` names it; the next request that proves it ends the state."""
    unreachable_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_aeries_connection"),
            models.CheckConstraint(
                condition=Q(requests_per_second__gt=0, burst__gt=0, in_flight__gt=0),
                name="connection_budget_positive",
            ),
            models.CheckConstraint(
                condition=Q(connect_timeout__gt=0, read_timeout__gt=0, total_timeout__gt=0),
                name="connection_timeouts_positive",
            ),
            models.CheckConstraint(
                condition=Q(longest_timeout_seconds__gte=0, second_look_seconds__gte=0),
                name="connection_waits_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ConnectionState.values), name="connection_state_known"
            ),
        ]


def default_brake() -> dict[str, Any]:
    """The numbers of design G1. `item`: one student or one activity; `usual_percent` counts until
    `usual_nights` nights are known."""
    return {
        "item": {"cells": 5, "percent": 50, "blanked": 3},
        "class": {"cells": 10, "percent": 20},
        "district": {
            "classes": 20,
            "cells_percent": 3,
            "classes_percent": 10,
            "usual_percent": 2,
            "usual_nights": 10,
            "wave": 50,
        },
    }


class DistrictSettings(models.Model):
    """`marks` maps Aeries' custom marks to ours; `missing_mark` is what to type there for a missing one."""

    name = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    timezone = models.TextField(default="America/Los_Angeles")
    night_at = models.TimeField(default=time(2, 0))
    mode = models.CharField(max_length=7, choices=Mode.choices, default=Mode.SYNC)
    conflict_policy = models.CharField(
        max_length=6, choices=ConflictPolicy.choices, default=ConflictPolicy.ASK
    )
    marks = models.JSONField(default=dict)
    missing_mark = models.TextField(null=True)
    brake = models.JSONField(default=default_brake)
    alert_after_minutes = models.IntegerField(default=15)
    """How long Aeries must have been away before somebody is told."""
    alert_emails = models.JSONField(default=list)
    """Who is told; empty: every active district administrator."""
    alert_webhook = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_district"),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="district_mode_known"),
            models.CheckConstraint(
                condition=Q(conflict_policy__in=ConflictPolicy.values), name="district_policy_known"
            ),
        ]

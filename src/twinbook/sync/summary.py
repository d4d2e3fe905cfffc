"""What a run did or would do, as the public surface shows it (§3.3): counts, and the changes value by value."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from twinbook.core.carry_out.report import Line, Report
from twinbook.gradebook.models import Activity, Student
from twinbook.sync.models import Pair, PairState

AERIES_COUNTS = ("activities_created", "activities_updated", "scores_set", "scores_cleared")
LMS_COUNTS = ("categories_created", *AERIES_COUNTS)
"""Categories are never created in Aeries: its API cannot."""


def counts_of(report: Report, link_id: int) -> dict[str, Any]:
    states = list(Pair.objects.filter(link_id=link_id).values_list("state", flat=True))
    return {
        "matched": states.count(PairState.LINKED),
        "ignored_in_aeries": states.count(PairState.IGNORED_IN_AERIES),
        "ignored_in_lms": states.count(PairState.IGNORED_IN_LMS),
        "lms": {name: report.counts[f"lms.{name}"] for name in LMS_COUNTS},
        "aeries": {name: report.counts[f"aeries.{name}"] for name in AERIES_COUNTS},
        "conflicts": report.counts["conflicts"],
        "held": report.counts["held"],
        "field_differences": report.counts["field_differences"],
        "skipped": report.counts["skipped"],
    }


def empty_counts() -> dict[str, Any]:
    return {
        "matched": 0,
        "ignored_in_aeries": 0,
        "ignored_in_lms": 0,
        "lms": dict.fromkeys(LMS_COUNTS, 0),
        "aeries": dict.fromkeys(AERIES_COUNTS, 0),
        "conflicts": 0,
        "held": 0,
        "field_differences": 0,
        "skipped": 0,
    }


def added(counts: list[dict[str, Any]]) -> dict[str, Any]:
    """The counts of several runs as one."""
    total = empty_counts()
    for one in counts:
        for key, value in one.items():
            if isinstance(value, dict):
                for name, number in value.items():
                    total[key][name] += number
            else:
                total[key] += value
    return total


def joined(first: dict[str, Any], then: dict[str, Any], counts: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {"counts": counts, "changes": [*first["changes"], *then["changes"]]}
    troubles = [*first["troubles"], *then["troubles"]]
    return {**then, "fingerprint": fingerprint(body), **body, "troubles": troubles}


def of_report(report: Report, class_id: int, link_id: int) -> dict[str, Any]:
    """The summary of a look. Its fingerprint is over everything shown, so that another plan has another one."""
    titles = dict(Activity.objects.filter(school_class_id=class_id).values_list("id", "title"))
    wanted = {line.student for line in report.lines if line.student is not None}
    names = {student.id: student.name for student in Student.objects.filter(id__in=wanted)}
    changes = [_change(line, titles, names) for line in report.lines]
    body: dict[str, Any] = {"counts": counts_of(report, link_id), "changes": changes}
    return {
        "fingerprint": fingerprint(body),
        "ready": True,
        "read_at": None,
        "blocking": [],
        **body,
        "troubles": list(report.troubles),
        "backup": "",
    }


def fingerprint(body: object) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _change(line: Line, titles: dict[int, str], names: dict[int, str]) -> dict[str, Any]:
    return {
        "side": line.side,
        "kind": line.kind,
        "activity": line.title or titles.get(line.activity or 0, ""),
        "student": None if line.student is None else names.get(line.student, ""),
        "before": line.before,
        "after": line.after,
        "activity_id": None if line.activity is None else str(line.activity),
        "student_id": None if line.student is None else str(line.student),
    }

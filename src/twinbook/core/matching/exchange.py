"""A class as one line of JSON, and its proposals as one line: the form of `tests/matching_data`."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from twinbook.core.matching.items import LmsActivity, LmsCategory, SisAssignment, SisCategory
from twinbook.core.matching.proposals import Proposals
from twinbook.core.matching.propose import propose

ClassInput = tuple[list[LmsCategory], list[LmsActivity], list[SisCategory], list[SisAssignment]]


def propose_line(line: str) -> str:
    """The proposals of one JSON line, as one JSON line without line feed.

    Raises ValueError (also as JSONDecodeError), KeyError, TypeError or decimal.InvalidOperation for a
    line that is not a class.
    """
    data = json.loads(line)
    return json.dumps(as_json(data["class_id"], propose(*read_class(data))), ensure_ascii=False)


def read_class(data: Mapping[str, Any]) -> ClassInput:
    """The two gradebooks of a decoded line. Name, subject, style and truth of the class stay unread."""
    return (
        [LmsCategory(str(c["id"]), c["name"], _decimal(c.get("weight"))) for c in data["lms_categories"]],
        [
            LmsActivity(
                id=str(a["id"]),
                title=a["title"],
                category_id=a.get("category_id"),
                points=Decimal(str(a["points"])),
                assigned_on=_date(a.get("assigned_on")),
                due_on=_date(a.get("due_on")),
                scores={student: _lms_score(score) for student, score in a["scores"].items()},
            )
            for a in data["lms"]
        ],
        [SisCategory(str(c["code"]), c["name"], _decimal(c.get("percent"))) for c in data["sis_categories"]],
        [
            SisAssignment(
                id=str(s["id"]),
                number=s["number"],
                name=s["name"],
                category_code=str(s["category_code"]),
                points_possible=Decimal(str(s["points_possible"])),
                number_correct_possible=Decimal(str(s["number_correct_possible"])),
                assigned_on=_date(s.get("assigned_on")),
                due_on=_date(s.get("due_on")),
                scores={k: "" if mark is None else str(mark) for k, mark in s["scores"].items()},
            )
            for s in data["sis"]
        ],
    )


def as_json(class_id: str, proposals: Proposals) -> dict[str, Any]:
    return {
        "class_id": class_id,
        "proposals": [
            {"lms": p.lms_id, "sis": p.sis_id, "confidence": p.confidence.value, "reason": p.reason}
            for p in proposals.activities
        ],
        "categories": [[c.lms_id, c.code] for c in proposals.categories],
    }


def _decimal(value: str | int | float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _lms_score(score: str | int | float | None) -> Decimal | str | None:
    if score is None:
        return None
    text = str(score)
    return Decimal(text) if text.replace(".", "", 1).lstrip("-").isdecimal() else text

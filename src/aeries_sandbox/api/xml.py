"""XML as Aeries prints it (reference §3.4): properties in the alphabetical order of their old names."""

from decimal import Decimal
from xml.sax.saxutils import escape

_NAMESPACE = "http://schemas.datacontract.org/2004/07/Aeries.API.v3.Public.Models.Gradebook"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"

# The elements of nested lists; lists that are not here hold strings.
_INSIDE = {
    "AssignmentCategories": "AssignmentCategory",
    "NarrativeGradeSet": "NarrativeGrade",
    "SchoolAccessPermissions": "SchoolAccessPermission",
    "SectionStaffMembers": "SectionStaffMember",
    "Sections": "GradebookSection",
    "StandardScores": "AssignmentStandardScore",
    "Standards": "AssignmentStandard",
    "Terms": "Term",
}


def wanted(accept: str) -> bool:
    """Whether the client asks for XML and not for JSON; nothing or */* means JSON."""
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    return "application/json" not in kinds and ("text/xml" in kinds or "application/xml" in kinds)


def encoded(value: object, name: str) -> bytes:
    """A row, or rows, whose element is `name`."""
    root = f"ArrayOf{name}" if isinstance(value, list) else name
    inner = "".join(_element(name, row) for row in value) if isinstance(value, list) else _content(value)
    nil = ' i:nil="true"' if value is None else ""
    return f'<{root} xmlns:i="{_INSTANCE}" xmlns="{_NAMESPACE}"{nil}>{inner}</{root}>'.encode()


def _element(name: str, value: object) -> str:
    if value is None:
        return f'<{name} i:nil="true" />'
    if isinstance(value, list):
        inside = _INSIDE.get(name, "string")
        return f"<{name}>{''.join(_element(inside, row) for row in value)}</{name}>"
    content = _content(value)
    return f"<{name}>{content}</{name}>" if content else f"<{name} />"


def _content(value: object) -> str:
    if isinstance(value, dict):
        return "".join(_element(name, value[name]) for name in sorted(value, key=_old_name))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return "" if value is None else escape(str(value))


def _old_name(name: str) -> str:
    """StudentID still stands where PermanentID was."""
    return "PermanentID" if name == "StudentID" else name

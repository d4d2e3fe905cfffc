"""Certificates and their rights by security area (reference §3.2, §3.3)."""

from enum import StrEnum

from aeries_sandbox.model import Certificate


class Area(StrEnum):
    CALENDAR = "Calendar"
    STAFF = "Staff Data"
    TEACHERS = "Teacher Data"
    COURSES = "Course Data"
    MASTER_SCHEDULE = "Master Schedule"
    CLASS_SCHEDULES = "Class Schedules/History"
    STUDENTS = "Student Data"
    GRADEBOOKS = "Gradebook Data"
    SCORES = "Gradebook Scores"


class Right(StrEnum):
    READ = "R"
    UPDATE = "U"
    INSERT = "I"
    DELETE = "D"


ALL_RIGHTS = "RUID"
_WORDS = {"read": "R", "update": "U", "insert": "I", "delete": "D"}


class RightsError(ValueError):
    """An area that does not exist; the message lists those that do."""


def granted(certificate: Certificate, area: Area | None, right: Right) -> bool:
    """Whether the certificate may; no area means that having a certificate is enough."""
    return area is None or right in certificate.rights.get(area, ALL_RIGHTS)


def after_denying(denied: list[str]) -> dict[str, str]:
    """Rights that remain. An entry is an area, or an area and one right: `Gradebook Scores - Update`."""
    rights = {area.value: ALL_RIGHTS for area in Area}
    names = {area.value.lower(): area.value for area in Area}
    for entry in denied:
        name, _, word = entry.replace("–", "-").partition(" - ")
        area = names.get(name.strip().lower())
        letters = _WORDS.get(word.strip().lower()) if word else ALL_RIGHTS
        if area is None or letters is None:
            known = ", ".join(names.values())
            raise RightsError(
                f"there is no area {entry!r}; areas are {known}, each also with ' - Update' and the like"
            )
        rights[area] = "".join(letter for letter in rights[area] if letter not in letters)
    return rights

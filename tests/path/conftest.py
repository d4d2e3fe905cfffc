"""The fixtures of `tests.district_and_sandbox`, found here by pytest."""

from tests.district_and_sandbox import (
    CERTIFICATE,
    TEACHER,
    UNLINKED,
    Aeries,
    Class,
    aeries,
    answers,
    district,
    finished,
    joined,
    loopback,
    running_sandbox,
    school_class,
)

__all__ = [
    "CERTIFICATE",
    "TEACHER",
    "UNLINKED",
    "Aeries",
    "Class",
    "aeries",
    "answers",
    "district",
    "finished",
    "joined",
    "loopback",
    "running_sandbox",
    "school_class",
]

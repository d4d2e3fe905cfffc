"""The rights of a certificate, as Aeries' API Security page names them (reference §3.3)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Right:
    area: str
    right: str = "Read"


CALENDAR = Right("Calendar")
STAFF = Right("Staff Data")
TEACHERS = Right("Teacher Data")
SECTIONS = Right("Master Schedule")
ROSTERS = Right("Class Schedules/History")
STUDENTS = Right("Student Data")
COURSES = Right("Course Data")
GRADEBOOKS = Right("Gradebook Data")
GRADEBOOKS_UPDATE = Right("Gradebook Data", "Update")
SCORES = Right("Gradebook Scores")
SCORES_UPDATE = Right("Gradebook Scores", "Update")

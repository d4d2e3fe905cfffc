"""A district with one school and nobody in it."""

from datetime import date

from aeries_sandbox.model import Document, School, SchoolTerm
from aeries_sandbox.seeds.usual import usual_custom_marks


def empty() -> Document:
    terms = [
        SchoolTerm(code="F", description="Fall", start_date=date(2026, 8, 12), end_date=date(2026, 12, 18)),
        SchoolTerm(code="S", description="Spring", start_date=date(2027, 1, 5), end_date=date(2027, 6, 4)),
        SchoolTerm(code="Y", description="Year", start_date=date(2026, 8, 12), end_date=date(2027, 6, 4)),
    ]
    return Document(
        seed="empty",
        guid_seed="empty",
        database_year=2026,
        schools=[School(school_code=994, name="Empty High School", short_name="EHS", terms=terms)],
        custom_marks=usual_custom_marks(),
    )

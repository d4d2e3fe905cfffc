"""Several classes of the documentation's teacher, each joined with a gradebook of its own."""

from __future__ import annotations

from tests.district_and_sandbox import UNLINKED, Aeries, Class
from tests.sync.classes import clear_jobs
from twinbook.district.models import AeriesConnection, ClassSection

STUDENTS = {
    1038: [99400001, 99400156, 99400318, 99402373],
    1039: [99400001, 99400156],
    1041: [99000007, 99000018],
}
"""Of the sections that get a gradebook; the documentation's own are linked ones or take scores by standard."""


def joined_classes(aeries: Aeries, *sections: int) -> list[Class]:
    """The class of the unlinked gradebook and those of these sections, with Aeries' real patience."""
    clear_jobs()
    AeriesConnection.objects.update(longest_timeout_seconds=180, second_look_seconds=60)
    model = aeries.truth(UNLINKED)
    found = [_of_section(aeries, UNLINKED, model["sections"][0]["section_number"])]
    for section in sections:
        body = {
            "school_code": model["school_code"],
            "staff_id": model["staff_id"],
            "name": f"Geography {section}",
            "sections": [{"school_code": model["school_code"], "section_number": section}],
            "terms": model["terms"],
            "categories": model["categories"],
            "students": STUDENTS[section],
        }
        made = aeries.control("POST", "/gradebooks", body)
        found.append(_of_section(aeries, made["gradebook_number"], section))
    for school_class in found:
        school_class.join()
        school_class.look()
    return found


def _of_section(aeries: Aeries, gradebook: int, section: int) -> Class:
    return Class(ClassSection.objects.get(section__number=section).school_class_id, gradebook, aeries)

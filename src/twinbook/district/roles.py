"""Who may see and change which class: what a person teaches or administers, and nothing else (promise 9)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from enum import IntEnum

from django.db.models import Q, QuerySet

from twinbook.district.models import Permission, SectionStaff, User
from twinbook.gradebook.models import SchoolClass


class Access(IntEnum):
    NONE = 0
    READ = 1
    EDIT = 2


def is_admin(user: User) -> bool:
    return user.is_active and user.is_district_admin


def access(user: User, class_id: int, today: date) -> Access:
    """`today` in the district's time zone (`settings.today`)."""
    if is_admin(user):
        return Access.EDIT
    if not user.is_active or user.staff_id is None:
        return Access.NONE
    entries = _attached(today).filter(
        staff_id=user.staff_id, section__class_section__school_class_id=class_id
    )
    return max((_granted(entry) for entry in entries), default=Access.NONE)


def may_see(user: User, class_id: int, today: date) -> bool:
    return access(user, class_id, today) >= Access.READ


def may_edit(user: User, class_id: int, today: date) -> bool:
    return access(user, class_id, today) == Access.EDIT


def classes_of(user: User, today: date) -> QuerySet[SchoolClass]:
    """The classes that the user may see, by name."""
    classes = SchoolClass.objects.order_by("name", "id")
    if is_admin(user):
        return classes
    if not user.is_active or user.staff_id is None:
        return classes.none()
    attached = _attached(today).filter(staff_id=user.staff_id).exclude(permission=Permission.NONE.value)
    return classes.filter(id__in=attached.values("section__class_section__school_class_id"))


def teachers_of(class_ids: Iterable[int], today: date) -> dict[int, list[str]]:
    """The e-mail addresses of those who teach a class, the primary teacher first."""
    entries = (
        _attached(today)
        .filter(section__class_section__school_class_id__in=class_ids)
        .exclude(staff__email="")
        .order_by("-primary", "staff__last_name", "staff_id")
        .values_list("section__class_section__school_class_id", "staff__email")
    )
    found: dict[int, list[str]] = defaultdict(list)
    for class_id, email in entries:
        if email not in found[class_id]:
            found[class_id].append(email)
    return dict(found)


def _attached(today: date) -> QuerySet[SectionStaff]:
    """Active staff attached to a section on that day; the end date is the last day."""
    return SectionStaff.objects.filter(
        Q(starts_on=None) | Q(starts_on__lte=today),
        Q(ends_on=None) | Q(ends_on__gte=today),
        inactive=False,
        staff__inactive=False,
    )


def _granted(entry: SectionStaff) -> Access:
    match Permission(entry.permission):
        case Permission.FULL:
            return Access.EDIT
        case Permission.READ:
            return Access.READ
        case Permission.NONE:
            return Access.NONE
        case Permission.UNKNOWN:
            return Access.EDIT if entry.primary else Access.READ

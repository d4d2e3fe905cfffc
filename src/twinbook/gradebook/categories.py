"""Categories of a class. Deleting is soft, and refused while an activity uses the category."""

from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import TypedDict

from django.db.models import Max
from django.db.models.functions import Now

from twinbook.core.sentence import sentence
from twinbook.core.values import plain
from twinbook.gradebook import decimals, text
from twinbook.gradebook.change import ClassChange, changing
from twinbook.gradebook.errors import CategoryInUseError, InvalidError, NameTakenError, NotFoundError
from twinbook.gradebook.history import Entry
from twinbook.gradebook.models import NAME_LENGTH, Activity, Category
from twinbook.gradebook.origin import Origin

_MOST_DROPPED = 1000


@dataclass(frozen=True, slots=True)
class CategoryFields:
    """`weight` in percent; None: the category carries none."""

    name: str
    weight: Decimal | None = None
    drop_lowest: int = 0


class CategoryChanges(TypedDict, total=False):
    name: str
    weight: Decimal | None
    drop_lowest: int


def of_class(class_id: int) -> list[Category]:
    return list(Category.objects.filter(school_class_id=class_id, deleted_at=None).order_by("position", "id"))


def create(class_id: int, fields: CategoryFields, origin: Origin, *, quiet: bool = False) -> Category:
    """Adds a category at the end. Raises NotFoundError, InvalidError, NameTakenError."""
    fields = _checked(fields)
    with changing(class_id, origin, quiet=quiet) as change:
        _check_name_is_free(class_id, fields.name, None)
        last = Category.objects.filter(school_class_id=class_id).aggregate(last=Max("position"))["last"]
        category = Category.objects.create(
            school_class_id=class_id, position=0 if last is None else last + 1, **asdict(fields)
        )
        change.generation()
        change.record(Entry("category", None, _text(fields)))
        return category


def update(class_id: int, category_id: int, changes: CategoryChanges, origin: Origin) -> Category:
    """Changes the fields given. Raises NotFoundError, InvalidError, NameTakenError."""
    with changing(class_id, origin) as change:
        category = _find(class_id, category_id)
        present = CategoryFields(category.name, category.weight, category.drop_lowest)
        wanted = _checked(replace(present, **changes))
        if wanted == present:
            return category
        _check_name_is_free(class_id, wanted.name, category.id)
        category.name, category.weight, category.drop_lowest = wanted.name, wanted.weight, wanted.drop_lowest
        _save(category, change)
        change.record(Entry("category", _text(present), _text(wanted)))
        return category


def delete(class_id: int, category_id: int, origin: Origin) -> None:
    """Raises NotFoundError, CategoryInUseError."""
    with changing(class_id, origin) as change:
        category = _find(class_id, category_id)
        used = Activity.objects.filter(category=category, deleted_at=None).count()
        if used:
            raise CategoryInUseError(
                sentence(
                    "“%(name)s” is the category of %(used)s of the class's activities.",
                    name=category.name,
                    used=used,
                )
            )
        Category.objects.filter(id=category.id).update(deleted_at=Now(), version=category.version + 1)
        change.generation()
        change.record(
            Entry(
                "category", _text(CategoryFields(category.name, category.weight, category.drop_lowest)), None
            )
        )


def _find(class_id: int, category_id: int) -> Category:
    found = None
    if 0 < category_id < 2**63:
        found = Category.objects.filter(id=category_id, school_class_id=class_id, deleted_at=None).first()
    if found is None:
        raise NotFoundError(sentence("There is no such category in this class."))
    return found


def _save(category: Category, change: ClassChange) -> None:
    category.version += 1
    category.save(update_fields=["name", "weight", "drop_lowest", "version"])
    change.generation()


def _checked(fields: CategoryFields) -> CategoryFields:
    if fields.weight is not None and (
        fault := decimals.fault(fields.weight, sentence("weight"), decimals.LARGEST_WEIGHT)
    ):
        raise InvalidError(fault, field="weight")
    if not 0 <= fields.drop_lowest <= _MOST_DROPPED:
        raise InvalidError(
            sentence(
                "The number of lowest scores to drop must be from 0 to %(most_dropped)s.",
                most_dropped=_MOST_DROPPED,
            ),
            field="drop_lowest",
        )
    return replace(fields, name=text.checked_name(fields.name, "name", NAME_LENGTH))


def _check_name_is_free(class_id: int, name: str, own_id: int | None) -> None:
    same = Category.objects.filter(school_class_id=class_id, name=name, deleted_at=None)
    if any(category.id != own_id for category in same):
        raise NameTakenError(
            sentence("The class already has a category “%(name)s”.", name=name), field="name"
        )


def _text(fields: CategoryFields) -> str:
    weight = "" if fields.weight is None else f", {plain(fields.weight)} %"
    drop = f", drops the lowest {fields.drop_lowest}" if fields.drop_lowest else ""
    return f"{fields.name}{weight}{drop}"

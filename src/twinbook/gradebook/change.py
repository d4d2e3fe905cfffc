"""One change of a class: the lock, the generation, the history and the hook in one place (design J1)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import F

from twinbook.core.sentence import sentence
from twinbook.gradebook import history, hooks
from twinbook.gradebook.errors import NotFoundError
from twinbook.gradebook.history import Entry
from twinbook.gradebook.models import SchoolClass
from twinbook.gradebook.origin import Origin


class ClassChange:
    """What one transaction does to one class. `quiet`: written by the sync itself, which needs no waking."""

    def __init__(self, school_class: SchoolClass, origin: Origin, quiet: bool) -> None:
        self.school_class = school_class
        self.origin = origin
        self._quiet = quiet
        self._touched = False
        self._entries: list[Entry] = []

    def generation(self) -> int:
        """The class's generation that this change belongs to; counted up once per change, not at all when quiet."""
        if not self._touched and not self._quiet:
            SchoolClass.objects.filter(id=self.school_class.id).update(generation=F("generation") + 1)
            self.school_class.generation += 1
        self._touched = True
        return self.school_class.generation

    def record(self, entry: Entry) -> None:
        self._entries.append(entry)

    def finish(self) -> None:
        history.record(self.school_class.id, self.origin, self._entries)
        if self._touched and not self._quiet:
            hooks.announce(self.school_class.id)


@contextmanager
def changing(class_id: int, origin: Origin, *, quiet: bool = False) -> Iterator[ClassChange]:
    """Locks the class row until the transaction ends, so that everything read inside is the present state.

    Every change of a class goes through here or through `scores`: class first, then activity, then scores,
    each by id. Joins a running transaction. Raises NotFoundError.
    """
    with transaction.atomic():
        change = ClassChange(lock_class(class_id), origin, quiet)
        yield change
        change.finish()


def lock_class(class_id: int) -> SchoolClass:
    if not 0 < class_id < 2**63:
        raise NotFoundError(sentence("There is no such class."))
    found = SchoolClass.objects.select_for_update(no_key=True).filter(id=class_id).first()
    if found is None:
        raise NotFoundError(sentence("There is no such class."))
    return found

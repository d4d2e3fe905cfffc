"""Where a stored value came from (design §2.5): plain facts, no foreign keys into the sync."""

from dataclasses import dataclass
from enum import StrEnum


class OriginKind(StrEnum):
    PERSON = "person"
    SYNC = "sync"
    SETUP = "setup"
    IMPORT = "import"
    ROSTER = "roster"


@dataclass(frozen=True, slots=True)
class Origin:
    """`actor` is the e-mail of a person or a word such as "schedule"; ids are those of the sync's rows."""

    kind: OriginKind
    actor: str | None = None
    link_id: int | None = None
    run_id: int | None = None

    @property
    def who(self) -> str:
        """The name a history entry shows."""
        return self.actor or self.kind.value


def person(email: str) -> Origin:
    return Origin(OriginKind.PERSON, actor=email)

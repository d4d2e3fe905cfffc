"""The whole sandbox as one value: years, clock, switches, certificates, faults and the request log."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aeries_sandbox import switches as switch_table
from aeries_sandbox.clock import Clock
from aeries_sandbox.faults import FaultBook
from aeries_sandbox.guids import Guids
from aeries_sandbox.model import Certificate, Change, CustomMark, Document
from aeries_sandbox.profiles import PROFILES
from aeries_sandbox.request_log import RequestLog
from aeries_sandbox.store import Database, DocumentError
from aeries_sandbox.wire import Wire

DEMO_CERTIFICATE = "477abe9e7d27439681d62f4e0de1f5e1"


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the person who started the sandbox set for good; a reset keeps it."""

    certificate: str | None = None
    clock: datetime | None = None
    latency_ms: int | None = None


class World:
    """Raises DocumentError or SwitchError instead of ever holding half of something."""

    def __init__(
        self,
        document: Document,
        profile: str = "documented",
        switches: Mapping[str, object] | None = None,
        overrides: Overrides | None = None,
        keep_clock: bool = False,
    ) -> None:
        if profile not in PROFILES:
            raise DocumentError(f"there is no profile {profile!r}; profiles are {', '.join(PROFILES)}")
        overrides = overrides or Overrides()
        self.overrides = overrides
        self.profile = profile
        self.switches: dict[str, str] = {}
        chosen = {**switch_table.defaults(), **PROFILES[profile]}
        if overrides.latency_ms is not None:
            chosen["latency_ms"] = str(overrides.latency_ms)
        self.set_switches({**chosen, **(switches or {})})
        self.faults = FaultBook()
        self.log = RequestLog()
        self.late_effects = 0
        self.changed = True
        self.load(document)
        if overrides.clock is not None and not keep_clock:
            self.clock.set(overrides.clock)

    def load(self, document: Document) -> None:
        """Takes a document over as it stands; it must not be used by anyone else afterwards."""
        try:
            zone = ZoneInfo(document.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise DocumentError(f"there is no time zone {document.timezone!r}") from error
        try:
            clock = Clock(zone, document.clock)
        except OverflowError as error:
            raise DocumentError(f"the clock cannot stand at {document.clock}") from error
        databases = {year: Database(tables) for year, tables in document.other_years.items()}
        databases[document.database_year] = Database(document)
        certificates = document.certificates or [Certificate(certificate=DEMO_CERTIFICATE)]
        if self.overrides.certificate is not None:
            certificates[0].certificate = self.overrides.certificate
        self.seed = document.seed
        self.database_year = document.database_year
        self.databases = databases
        self.certificates = certificates
        self.custom_marks: dict[str, CustomMark] = {mark.mark.upper(): mark for mark in document.custom_marks}
        self.backups = document.backups
        self.guids = Guids(document.guid_seed, document.guids_made)
        self.clock = clock

    def document(self) -> Document:
        """Everything as a seed document; it shares its rows with the world."""
        tables = self.database.tables()
        return Document(
            **{name: getattr(tables, name) for name in tables.__struct_fields__},
            seed=self.seed,
            guid_seed=self.guids.seed,
            guids_made=self.guids.made,
            clock=self.clock.now(),
            timezone=str(self.clock.zone),
            database_year=self.database_year,
            certificates=self.certificates,
            custom_marks=list(self.custom_marks.values()),
            backups=self.backups,
            other_years={
                year: database.tables()
                for year, database in self.databases.items()
                if year != self.database_year
            },
        )

    @property
    def database(self) -> Database:
        """The tables of the default year, which is the one that teachers work in."""
        return self.databases[self.database_year]

    def set_switches(self, settings: Mapping[str, object]) -> None:
        self.switches |= switch_table.accepted(settings)
        self.wire = Wire(self.switches)

    def on(self, switch: str) -> bool:
        return self.switches[switch] == "on"

    def number(self, switch: str) -> int:
        return int(self.switches[switch])

    def today(self) -> date:
        return self.clock.today()

    def note_change(self, feed: str, *key: int | str) -> None:
        """Feeds a change feed of the default year."""
        self.database.changes.append(Change(feed=feed, key=list(key), at=self.clock.now()))

    def frozen_copy(self) -> dict[int, Database]:
        """The databases as they are now, out of reach of later changes."""
        return {year: Database(deepcopy(database.tables())) for year, database in self.databases.items()}

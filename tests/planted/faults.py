"""The planted faults as data: `*.toml` beside this file, each an exact text and what it is replaced by.

`make planted` plants one at a time in a copy of the checkout and asks whether the everyday tests notice. `caught_by` names
the tests that are most likely to, in the order in which they are asked.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Fault:
    name: str
    file: str
    plants: str
    old: str
    new: str
    caught_by: tuple[str, ...]

    def planted_in(self, text: str) -> str:
        """Raises ValueError where the old text does not stand exactly once."""
        count = text.count(self.old)
        if count != 1:
            raise ValueError(f"{self.name}: its old text stands {count} times in {self.file}")
        return text.replace(self.old, self.new)


def faults() -> list[Fault]:
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        for entry in tomllib.loads(path.read_text())["fault"]:
            found.append(Fault(**{**entry, "caught_by": tuple(entry["caught_by"])}))
    return found

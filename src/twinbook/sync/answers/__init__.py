"""What a person may answer to a question, one module for each noun that questions are about.

An answer writes no value itself (C3): it moves the loser's half of the base to the value that was seen, or changes what
is to be done with an item, and the class is looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping

from twinbook.sync.answers import (
    cells,
    copies,
    deleted,
    duplicates,
    grading,
    handmade,
    mass_change,
    movers,
    tasks,
)
from twinbook.sync.answers.answer import Answer

BUILT: Mapping[tuple[str, str], Answer] = {
    **cells.ANSWERS,
    **copies.ANSWERS,
    **deleted.ANSWERS,
    **duplicates.ANSWERS,
    **grading.ANSWERS,
    **mass_change.ANSWERS,
    **tasks.ANSWERS,
    **movers.ANSWERS,
    **handmade.ANSWERS,
}
"""By code and choice. Who builds further ones adds a module and a line here."""

ALONE = frozenset({"copy_suspected", "deleted_in_aeries", "deleted_in_lms", "possible_duplicate"})
"""Codes whose answers give a pair another partner: under the class's lease, so that no look that began with the old one
still commits what it read."""

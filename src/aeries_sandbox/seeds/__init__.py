"""The seeds: `documentation`, `demo`, `empty`, or a JSON file in the form that GET /sandbox/state prints."""

from collections.abc import Callable
from pathlib import Path

from aeries_sandbox import documents
from aeries_sandbox.model import Document
from aeries_sandbox.seeds.demo import demo
from aeries_sandbox.seeds.documentation import documentation
from aeries_sandbox.seeds.empty import empty
from aeries_sandbox.store import DocumentError

_SEEDS: dict[str, Callable[[], Document]] = {"documentation": documentation, "demo": demo, "empty": empty}
NAMES = tuple(_SEEDS)


def load(seed: str) -> Document:
    """A fresh document of that seed. Raises DocumentError that names the seed or file."""
    if seed in _SEEDS:
        return _SEEDS[seed]()
    try:
        text = Path(seed).read_bytes()
    except OSError as error:
        raise DocumentError(
            f"there is no seed {seed!r} (seeds: {', '.join(NAMES)}) and no such file"
        ) from error
    try:
        return documents.document(documents.parse(text))
    except DocumentError as error:
        raise DocumentError(f"{seed}: {error}") from error

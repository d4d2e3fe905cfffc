"""stub"""

from aeries_sandbox.model import Document
from aeries_sandbox.seeds.documentation import documentation


def demo() -> Document:
    return documentation()

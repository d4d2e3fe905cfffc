"""Deterministic UniqueIDs: the n-th of a seed is always the same."""

import hashlib
import uuid


class Guids:
    def __init__(self, seed: str, made: int = 0) -> None:
        self.seed = seed
        self.made = made

    def new(self) -> str:
        self.made += 1
        digest = hashlib.sha256(f"{self.seed}:{self.made}".encode()).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4)).upper()

"""PostgreSQL from a wheel, for demos, tests and pilots; a district in production brings its own.

    with embedded.database(home()) as url:
        …

Other local users cannot connect: no TCP, a socket folder 0700, scram-sha-256 with a generated password.
"""

from twinbook.embedded.place import MAJOR, EmbeddedError, Place, find_place, remove_place
from twinbook.embedded.server import EmbeddedDatabase, database

__all__ = ["MAJOR", "EmbeddedDatabase", "EmbeddedError", "Place", "database", "find_place", "remove_place"]

import os
import pwd
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.embedded.starter import IS_ROOT, Installation, Started
from twinbook.embedded import remove_place
from twinbook.home import home

ACCOUNTS = ["root", "nobody"] if IS_ROOT else [pwd.getpwuid(os.geteuid()).pw_name]


@pytest.fixture(params=ACCOUNTS)
def installation(request: pytest.FixtureRequest) -> Iterator[Installation]:
    with _installation_of(request.param) as made:
        yield made


@pytest.fixture(params=ACCOUNTS, scope="module")
def running(request: pytest.FixtureRequest) -> Iterator[tuple[Installation, Started]]:
    """One for all tests that only look."""
    with _installation_of(request.param) as made:
        yield made, made.start()


@contextmanager
def _installation_of(name: str) -> Iterator[Installation]:
    account = pwd.getpwnam(name)
    private = Path(tempfile.mkdtemp(prefix="twinbook-embedded-"))
    os.chown(private, account.pw_uid, account.pw_gid)
    made = Installation(home(private / "data"), account)
    try:
        yield made
    finally:
        for starter in made.starters:
            starter.kill()
        for pid in made.servers():
            os.kill(pid, signal.SIGKILL)
        if made.home.path.exists():
            remove_place(made.home)
        shutil.rmtree(private)

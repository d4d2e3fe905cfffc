"""`twinbook demo`: a sandbox Aeries, a district beside it, the main job played, then everything kept serving."""

import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from twinbook.cli.output import Ending, Failed, end
from twinbook.cli.web import listen
from twinbook.demo import processes
from twinbook.demo.play import Play
from twinbook.demo.school import Aeries, Twinbook
from twinbook.demo.talk import Talk

SANDBOX_CERTIFICATE = "477abe9e7d27439681d62f4e0de1f5e1"
ADMINISTRATOR = "admin@harborview.example"
SCHOOL = "990"


def command(
    oneshot: Annotated[
        bool, typer.Option("--oneshot", help="Play, then end: 0 when every step came out right.")
    ] = False,
    port: Annotated[
        int,
        typer.Option(
            min=0, max=65534, help="Of the web application; the sandbox takes the next one. 0: any."
        ),
    ] = 8000,
    home: Annotated[Path | None, typer.Option(help="Data folder; a new temporary one unless given.")] = None,
) -> None:
    """Play the main job against a sandbox, then keep serving."""
    if port:
        _expect_free(port, "Twinbook")
        _expect_free(port + 1, "the local Aeries")
    with _folder(home) as folder:
        right = _demonstrate(folder, port, oneshot=oneshot)
    end(Ending.DONE if right else Ending.FAILED)


def _expect_free(port: int, what: str) -> None:
    """Raises Failed. Another program may still take the port in the second that follows; its process then says so."""
    try:
        listen("127.0.0.1", port).close()
    except Failed as taken:
        raise Failed(
            f"The demonstration needs port {port} for {what}, and something else listens there.",
            "End that program (perhaps another demonstration), or take two other ports: make demo PORT=8100 uses 8100 and "
            "8101; twinbook demo --port 0 takes any.",
        ) from taken


@contextmanager
def _folder(home: Path | None) -> Iterator[Path]:
    """A demonstration begins with nothing: what is in a folder that was named stays and is not used twice."""
    if home is not None:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield Path(tempfile.mkdtemp(prefix="demo-", dir=home.resolve()))
        return
    base = Path(".twinbook").resolve()
    base.mkdir(mode=0o700, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="demo-", dir=base))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _demonstrate(folder: Path, port: int, *, oneshot: bool) -> bool:
    talk = Talk()
    talk.title("Twinbook: two gradebooks, one set of grades")
    environment = processes.environment(folder)
    password = secrets.token_urlsafe(9)
    sandbox_port = str(port + 1 if port else 0)
    sandbox = ["aeries_sandbox", "serve", "--seed", "demo", "--port", sandbox_port]
    with processes.running(
        sandbox, folder / "sandbox.log", environment, "aeries-sandbox listening"
    ) as aeries_url:
        talk.plain(f"An Aeries to play with: {aeries_url} (open it and watch scores arrive)")
        token = prepare(environment, password, aeries_url)
        serve = ["twinbook.cli.main", "serve", "--port", str(port)]
        with processes.running(serve, folder / "serve.log", environment, "Twinbook is listening") as url:
            talk.plain(f"Twinbook: {url}   API page: {url}/api/v1/docs")
            with processes.client(url, token) as ours, processes.client(aeries_url) as theirs:
                twinbook = Twinbook(ours)
                twinbook.finished(twinbook.post("/roster-sync", {"school_code": int(SCHOOL)}))
                play = Play(twinbook, Aeries(theirs), talk)
                play.perform()
                teacher = twinbook.get(f"/classes/{play.class_id}")["teachers"][0]
            processes.command(["user", "set-password", teacher], environment, stdin=password)
            _verdict(talk)
            if not oneshot:
                _keep_serving(talk, url, aeries_url, teacher, password, token, play)
    return not talk.wrong


def prepare(environment: dict[str, str], password: str, aeries_url: str) -> str:
    """The same commands that an administrator types; the token of the API."""
    district = ["--district", "Harborview", "--timezone", "America/Los_Angeles", "--admin", ADMINISTRATOR]
    processes.command(["init", *district], environment, stdin=password)
    connect = ["aeries", "connect", "--url", aeries_url, "--certificate-file", "-"]
    processes.command(connect, environment, stdin=SANDBOX_CERTIFICATE)
    return processes.command(
        ["token", "create", "--user", ADMINISTRATOR, "--name", "demo"], environment
    ).strip()


def _verdict(talk: Talk) -> None:
    if talk.wrong:
        talk.title(f"{len(talk.wrong)} things came out wrong:")
        for line in talk.wrong:
            talk.plain(f"  {line}")
        return
    talk.title("Every step came out right.")


def _keep_serving(
    talk: Talk, url: str, aeries_url: str, teacher: str, password: str, token: str, play: Play
) -> None:
    talk.title("It keeps serving. Ctrl-C ends it and removes what it made.")
    talk.plain(f"  Sign in at {url} as the teacher {teacher} or the administrator {ADMINISTRATOR}")
    talk.plain(f"  Password of both: {password}")
    talk.plain(f"  The class: {url}/classes/{play.class_id}/")
    talk.plain(f"  The class in the API: {url}/api/v1/classes/{play.class_id}/gradebook")
    talk.plain(f"  Its gradebook in Aeries: {aeries_url}/ (number {play.gradebook})")
    talk.plain(f"  export TOKEN={token}")
    signal.sigwait({signal.SIGINT, signal.SIGTERM})

"""`twinbook database`: the installation's own data as a whole."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from twinbook import embedded
from twinbook.cli.installation import database, installation, migrate, set_up_django, use_database
from twinbook.cli.output import Ending, Failed, end, print_json, say
from twinbook.database import backup as backup_file
from twinbook.database import restore as restoring
from twinbook.home import home

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
KEEP_THE_KEYS = (
    "The encryption keys are not in it. Keep a copy of {secrets} in another safe place (or of TWINBOOK_SECRET_KEY and "
    "TWINBOOK_ENCRYPTION_KEYS): without them the certificate for Aeries must be entered again. "
    "{backups} holds both sides of each class as they were before its set-up."
)


@app.command()
def backup(file: Path, as_json: Json = False) -> None:
    """Write everything into FILE, also while Twinbook runs. An earlier FILE is replaced once the new one is complete."""
    if not file.absolute().parent.is_dir():
        raise Failed(f"There is no folder {file.absolute().parent}.", "Make it, or name another file.")
    try:
        with database() as used:
            about = backup_file.write(used.url, file)
    except OSError as error:
        raise Failed(
            f"{file} cannot be written: {error.strerror}.", "Free some space, or name another file."
        ) from None
    at = home()
    if as_json:
        print_json({"file": str(file), "bytes": file.stat().st_size, "taken_at": about.taken_at})
    say(
        f"{file} holds the whole database as of {about.taken_at}, {file.stat().st_size:,} bytes, read back and complete."
    )
    say(KEEP_THE_KEYS.format(secrets=at.path / "secrets", backups=at.path / "backups"))


@app.command()
def check(file: Path) -> None:
    """Read FILE and say what is in it."""
    about = backup_file.check(file)
    print(
        f"A complete backup of “{about.district}”, taken {about.taken_at} by Twinbook {about.twinbook} "
        f"from PostgreSQL {about.postgresql}."
    )


@app.command()
def restore(file: Path, as_json: Json = False) -> None:
    """Put FILE in the place of the present data, which is kept aside. Twinbook must be stopped.

    Afterwards it only observes until `twinbook database confirm`.
    """
    set_up_django()
    with database() as used:
        done = restoring.restore(
            used.url, file, known_migrations=_known_migrations(), now=datetime.now(UTC), finish=_finish
        )
    if as_json:
        print_json({"taken_at": done.about.taken_at, "kept": done.kept})
    say(f"The data of {done.about.taken_at} is in place.")
    if done.kept is not None:
        say(
            f"The former data is kept as the database {done.kept}; `twinbook database kept` lists and removes it."
        )
    say(
        "Start Twinbook now. It only observes: it reads and shows, and writes nothing, until you have seen what would "
        "follow and confirmed it with `twinbook database confirm` or on the page District."
    )


def _known_migrations() -> set[str]:
    from django.db.migrations.loader import MigrationLoader

    return {f"{app_label}.{name}" for app_label, name in MigrationLoader(None).disk_migrations}


def _finish(url: str, about: backup_file.About) -> None:
    """The newest tables, and the mark that nothing may be written; before the data is in place."""
    from django.db import connections

    from twinbook.district import secrets
    from twinbook.district.errors import KeysLostError
    from twinbook.district.models import AeriesConnection
    from twinbook.sync import installation as own

    use_database(url)
    try:
        migrate()
        own.stop(f"It was restored from a backup taken {about.taken_at}.")
        stored = AeriesConnection.objects.exclude(certificate_encrypted="").first()
        if stored is not None:
            secrets.decrypt(stored.certificate_encrypted)
    except KeysLostError:
        say(
            "The certificate in this backup cannot be read with the present encryption keys: put the keys of that time "
            "back into the data folder, or enter the certificate again with `twinbook aeries connect`."
        )
    finally:
        connections.close_all()


@app.command()
def kept(
    remove: Annotated[str | None, typer.Option(help="Delete this one for ever.")] = None,
) -> None:
    """The data that restores have kept aside."""
    with database() as used:
        if remove is not None:
            restoring.remove_kept(used.url, remove)
            say(f"{remove} is deleted.")
        for name, size in restoring.kept(used.url):
            print(f"{name}\t{size:,} bytes")


@app.command()
def upgrade(
    binaries: Annotated[
        Path | None, typer.Option(help="The folder with the programs of the PostgreSQL that made the data.")
    ] = None,
) -> None:
    """Move the embedded database to the PostgreSQL that this Twinbook brings. Twinbook must be stopped."""
    import os

    from twinbook.embedded.upgrade import upgrade as move

    if os.environ.get("TWINBOOK_DATABASE_URL"):
        raise Failed(
            "This installation uses a PostgreSQL of its own (TWINBOOK_DATABASE_URL).",
            "Upgrade that server by its own means; afterwards confirm with `twinbook database confirm`.",
        )
    done = move(home(), binaries)
    if done is None:
        say(f"The database is of PostgreSQL {embedded.MAJOR} already: nothing to do.")
        return
    say(f"The data was moved from PostgreSQL {done.before} to {done.after}, and counted row by row.")
    say(f"The old data is kept in {done.kept}; delete it once everything works.")


@app.command()
def confirm(
    fingerprint: Annotated[
        str | None, typer.Option(help="Confirm the preview with this fingerprint, without asking.")
    ] = None,
    as_json: Json = False,
) -> None:
    """After a restore: look at what would follow in every class, then let Twinbook write again."""
    with installation():
        if fingerprint is None:
            fingerprint = _previewed(as_json=as_json)
        _confirm(fingerprint, as_json=as_json)


def _previewed(*, as_json: bool) -> str:
    """Makes the preview, prints it and asks. Ends with 3 where nobody can be asked."""
    import sys

    from twinbook.cli.running import carried_out, end_if_failed
    from twinbook.sync import confirming, runs

    stand = confirming.shown()
    run = confirming.preview("system", awake=False)
    say(f"{stand['why']} Every joined class is looked at; nothing is written.")
    run = carried_out(run)
    plan = runs.plan(run)
    document = {"run": runs.shown(run), "plan": plan}
    end_if_failed(run, document if as_json else None)
    if as_json:
        print_json(document)
    else:
        tell_preview(plan)
    if not plan["ready"]:
        say(
            "No class could be looked at, so nothing can be confirmed. Put right what is named above, then try again."
        )
        end(Ending.NEEDS_PERSON)
    if as_json or not sys.stdin.isatty():
        say(f"To confirm: twinbook database confirm --fingerprint {plan['fingerprint']}")
        end(Ending.NEEDS_PERSON)
    if input("Type yes to let Twinbook write again: ").strip().lower() != "yes":
        say("Nothing was changed; Twinbook goes on observing.")
        end(Ending.NEEDS_PERSON)
    return str(plan["fingerprint"])


def tell_preview(plan: dict[str, Any]) -> None:
    """Class by class; values only, no names: it may go into a log."""
    for row in plan["classes"]:
        counts = row.get("counts") or {}
        told = [
            f"{number} {name.replace('_', ' ')} {where}"
            for side, where in (("lms", "here"), ("aeries", "in Aeries"))
            for name, number in counts.get(side, {}).items()
            if number
        ]
        told += [f"{counts[name]} {name}" for name in ("conflicts", "held") if counts.get(name)]
        print(f"{row['class_id']}\t{row['why'] or ', '.join(told) or 'nothing would change'}")


def _confirm(fingerprint: str, *, as_json: bool) -> None:
    from twinbook.sync import confirming

    stand = confirming.confirm(fingerprint)
    if as_json:
        print_json(stand)
    say(
        "Confirmed: Twinbook writes again. Every class is looked through once; what needs a person is asked there."
    )

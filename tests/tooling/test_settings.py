import json
import logging
import os
import subprocess
import sys
from pathlib import Path

from django.test import Client

from twinbook.logs import PlainFormatter


def settings_with(home: Path, names: list[str], **environment: str) -> dict[str, object]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TWINBOOK_")}
    program = f"import json, twinbook.settings as s; print(json.dumps({{n: getattr(s, n) for n in {names}}}))"
    printed = subprocess.run(
        [sys.executable, "-c", program],
        env=inherited | {"TWINBOOK_HOME": str(home)} | environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return dict(json.loads(printed))


def test_importing_the_settings_creates_nothing(tmp_path: Path) -> None:
    assert settings_with(tmp_path / "home", ["DEBUG"]) == {"DEBUG": False}
    assert list(tmp_path.iterdir()) == []


def test_cookies_are_secure_where_the_address_is_https(tmp_path: Path) -> None:
    names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS"]
    there = settings_with(tmp_path, names, TWINBOOK_URL="https://grades.eagle.example")
    assert there["SESSION_COOKIE_SECURE"] is there["CSRF_COOKIE_SECURE"] is True
    assert there["CSRF_TRUSTED_ORIGINS"] == ["https://grades.eagle.example"]
    assert "grades.eagle.example" in str(there["ALLOWED_HOSTS"])
    assert settings_with(tmp_path, names)["SESSION_COOKIE_SECURE"] is False


def test_a_database_url_with_odd_characters_and_options_is_understood(tmp_path: Path) -> None:
    url = "postgresql://t%40w:p%2Fw%23@db.example:6543/grades?sslmode=verify-full"
    database = settings_with(tmp_path, ["DATABASES"], TWINBOOK_DATABASE_URL=url)["DATABASES"]
    assert isinstance(database, dict)
    parts = database["default"]
    assert [parts[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
        "t@w",
        "p/w#",
        "db.example",
        "6543",
        "grades",
    ]
    assert parts["OPTIONS"]["sslmode"] == "verify-full"


def test_every_page_forbids_inline_code() -> None:
    policy = Client().get("/healthz").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_logged_traceback_has_places_but_no_values() -> None:
    try:
        try:
            raise ValueError("Mateo Ruiz has 8.5")
        except ValueError as error:
            raise RuntimeError("cannot store Mateo Ruiz") from error
    except RuntimeError as error:
        record = logging.LogRecord(
            "twinbook", logging.ERROR, "", 0, "saving failed", None, (type(error), error, None)
        )
        text = PlainFormatter().format(record)
    assert "builtins.RuntimeError" in text
    assert "builtins.ValueError" in text
    assert "test_settings.py" in text
    assert "Mateo" not in text

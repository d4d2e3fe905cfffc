import os
import subprocess
import sys

import psycopg
import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

DISTRICT = [
    "--district",
    "Screaming Eagle",
    "--timezone",
    "America/Los_Angeles",
    "--admin",
    "Head@eagle.example",
]


def init(url: str, *options: str, password: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "twinbook.cli.main", "init", *options],
        env=os.environ | {"TWINBOOK_DATABASE_URL": url},
        input=password,
        capture_output=True,
        text=True,
        check=False,
    )


def stored_password(url: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT password FROM district_user WHERE email = 'head@eagle.example' AND is_district_admin"
        ).fetchone()
    assert row
    return str(row[0])


def test_a_generated_password_is_printed_once_and_survives_a_repeat(database_of_processes: str) -> None:
    first = init(database_of_processes, *DISTRICT)
    again = init(database_of_processes, *DISTRICT)
    assert (first.returncode, again.returncode, again.stdout) == (0, 0, "")
    assert PBKDF2PasswordHasher().verify(first.stdout.strip(), stored_password(database_of_processes))


def test_a_password_from_standard_input_is_not_printed(database_of_processes: str) -> None:
    ran = init(database_of_processes, *DISTRICT, password="correct horse battery\n")
    assert (ran.returncode, ran.stdout) == (0, "")
    assert "correct horse" not in ran.stderr
    assert PBKDF2PasswordHasher().verify("correct horse battery", stored_password(database_of_processes))


@pytest.mark.parametrize(("option", "value"), [("--timezone", "Nowhere/Land"), ("--admin", "no address")])
def test_an_option_that_cannot_be_is_wrong_usage(database_of_processes: str, option: str, value: str) -> None:
    options = list(DISTRICT)
    options[options.index(option) + 1] = value
    ran = init(database_of_processes, *options, password="correct horse battery\n")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert f"Invalid value for {option}" in ran.stderr
    assert "Traceback" not in ran.stderr

import pytest
from django.db import connection


@pytest.mark.django_db
def test_tests_run_on_postgresql_in_a_database_of_their_own() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_database(), current_setting('listen_addresses'), current_setting('fsync')"
        )
        name, listens_on, fsync = cursor.fetchone()
    assert name.startswith("test_twinbook")
    assert (listens_on, fsync) == ("", "off")

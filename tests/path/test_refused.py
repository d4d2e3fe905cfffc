"""A connection that Aeries refuses in the middle of a run shows so at once, not only after a check, and no longer once it is
accepted again."""

from __future__ import annotations

import pytest

from tests.district_and_sandbox import TEACHER, UNLINKED, Aeries, Class, finished
from twinbook.sync import connecting, night
from twinbook.sync.models import RemoteState

pytestmark = pytest.mark.django_db(transaction=True)


def state() -> str:
    return str(connecting.shown()["state"])


@pytest.fixture
def waiting(joined: Class) -> Class:
    """A score that is still to be sent, and an identity that is not trusted any more."""
    first = joined.students()[0]
    quiz = joined.agreed("Quiz on rivers", {first: "8"})
    assert state() == "ok"
    joined.save(quiz, first, "9")
    RemoteState.objects.update(identity_checked_at=None)
    return joined


def sent(school_class: Class) -> bool:
    return school_class.aeries.mark(UNLINKED, "Quiz on rivers", school_class.students()[0]) == "9"


def no_longer_accepted(aeries: Aeries) -> None:
    """Systeminfo needs no certificate and goes on answering."""
    aeries.fault(kind="status", status=401, path="^/(?!systeminfo)")


def test_a_revoked_certificate_shows_with_the_first_request_and_no_longer_once_it_is_valid(
    waiting: Class,
) -> None:
    no_longer_accepted(waiting.aeries)
    waiting.look()
    assert (state(), sent(waiting)) == ("refused", False)
    RemoteState.objects.update(identity_checked_at=None)
    waiting.look()
    assert state() == "refused", "that systeminfo answers proves nothing about a certificate"
    waiting.aeries.heal()
    waiting.look()
    assert (state(), sent(waiting)) == ("ok", True)


def test_a_right_that_was_taken_away_shows_until_that_very_right_is_back(waiting: Class) -> None:
    waiting.aeries.control("PATCH", "/rights", {"denied_areas": ["Gradebook Scores - Update"]})
    waiting.look()
    assert (state(), sent(waiting)) == ("refused", False)
    assert finished(night.begin(TEACHER, awake=False)).state == "done"
    assert state() == "refused", "reads that are answered do not prove the right to write"
    waiting.aeries.control("PATCH", "/rights", {"denied_areas": []})
    waiting.look()
    assert (state(), sent(waiting)) == ("ok", True)


def test_what_a_check_found_refused_ends_with_the_first_request_that_proves_it(waiting: Class) -> None:
    waiting.aeries.control("PATCH", "/rights", {"denied_areas": ["Gradebook Scores"]})
    assert connecting.check()["error"]["code"] == "PermissionMissing"
    assert state() == "refused"
    waiting.aeries.control("PATCH", "/rights", {"denied_areas": []})
    waiting.look()
    assert (state(), sent(waiting)) == ("ok", True)


def test_a_right_that_is_not_needed_may_be_missing(waiting: Class) -> None:
    waiting.aeries.control("PATCH", "/rights", {"denied_areas": ["Course Data", "Teacher Data", "Calendar"]})
    assert finished(night.begin(TEACHER, awake=False)).state == "done"
    assert connecting.check()["error"] is None
    assert (state(), sent(waiting)) == ("ok", True)


def test_another_year_shows_until_the_right_one_answers(waiting: Class) -> None:
    waiting.aeries.fault(
        kind="body", path="^/systeminfo", body={"DatabaseYear": "2021-2022", "AvailableDatabaseYears": []}
    )
    waiting.look()
    assert (state(), sent(waiting)) == ("refused", False)
    waiting.aeries.heal()
    waiting.look()
    assert (state(), sent(waiting)) == ("ok", True)

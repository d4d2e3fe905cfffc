"""An administrator connects the district, reads the roster, lets the night run, pauses and settles marks."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from tests.path.conftest import CERTIFICATE, Aeries, Class
from tests.web.conftest import ADMINISTRATOR, PASSWORD, SCHOOL, Visitors, check_everywhere
from twinbook.district import connection, settings
from twinbook.district.models import ConnectionState, User
from twinbook.sync import wake


def test_a_district_is_connected_from_nothing(
    admin_page: Page, aeries: Aeries, running_worker: None, visitors: Visitors
) -> None:
    page = admin_page
    check_everywhere(page, "/district/", picture="district-new")
    page.get_by_role("link", name="Connect Aeries").click()
    check_everywhere(page, picture="district-connection")

    page.get_by_label("Address of Aeries").fill(aeries.url)
    page.get_by_label("Certificate").fill("0" * 32)
    page.get_by_role("button", name="Save and check").click()
    expect(page.get_by_role("alert")).to_contain_text("certificate")
    check_everywhere(page, picture="district-check-refused")

    page.get_by_role("link", name="Change address or certificate").click()
    expect(page.get_by_label("Certificate")).to_have_value("")
    page.get_by_label("Certificate").fill(CERTIFICATE)
    page.get_by_role("button", name="Save and check").click()
    expect(page.get_by_text("Everything that Twinbook needs is granted.")).to_be_visible()
    assert CERTIFICATE not in page.content()
    check_everywhere(page, picture="district-check")

    page.get_by_role("link", name="Go on to the roster").click()
    page.get_by_label("School code").fill(str(SCHOOL))
    page.get_by_role("button", name="Read this school").click()
    expect(page.get_by_text("See the classes")).to_be_visible()
    check_everywhere(page, picture="district-roster")
    page.get_by_role("link", name="See the classes").click()
    expect(page.get_by_role("heading", name="Algebra 1, period 3")).to_be_visible()


def test_a_refused_address_stands_at_its_field_and_nothing_typed_is_lost(admin_page: Page) -> None:
    page = admin_page
    page.goto("/district/connection/")
    page.get_by_label("Address of Aeries").fill("http://aeries.example.org")
    page.get_by_label("Certificate").fill(CERTIFICATE)
    page.get_by_label("School year").fill("2020")
    page.get_by_role("button", name="Save and check").click()
    address = page.get_by_label("Address of Aeries")
    expect(address).to_have_attribute("aria-invalid", "true")
    expect(address).to_be_focused()
    expect(address).to_have_value("http://aeries.example.org")
    expect(page.get_by_label("School year")).to_have_value("2020")
    check_everywhere(page, picture="district-connection-invalid")
    assert not connection.get().certificate_encrypted


def test_the_night_runs_now_and_is_watched_left_and_found_again(
    joined: Class, running_worker: None, visitors: Visitors
) -> None:
    page = visitors.signed_in(ADMINISTRATOR)
    joined.aeries.fault(method="GET", path="/schools.*", kind="delay_after", delay_ms=700)
    page.goto("/district/")
    page.get_by_role("button", name="Run it now").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    watched = page.url
    page.get_by_label("Main").get_by_role("link", name="Runs").click()
    page.get_by_role("link", name="Nightly sync").first.click()
    assert page.url == watched
    expect(page.locator("h1 + .badge")).to_have_text("Done", timeout=60_000)
    expect(page.get_by_role("heading", name="Class by class")).to_be_visible()
    check_everywhere(page, picture="run-night")
    check_everywhere(page, "/runs/", picture="runs")
    check_everywhere(page, "/district/", picture="district")


def test_pausing_is_said_everywhere_and_ends(admin_page: Page) -> None:
    page = admin_page
    page.goto("/district/")
    page.get_by_role("button", name="Pause the whole district").click()
    expect(page.get_by_role("status").first).to_contain_text("paused for the whole district")
    assert settings.get().mode == "paused"
    check_everywhere(page, picture="district-paused")
    page.get_by_role("button", name="Go on syncing").click()
    expect(page.get_by_role("button", name="Pause the whole district")).to_be_visible()
    assert settings.get().mode == "sync"


def test_settings_and_marks(admin_page: Page) -> None:
    page = admin_page
    page.goto("/district/settings/")
    page.get_by_label("Time zone").select_option("America/New_York")
    page.get_by_label("The night's sync begins at").fill("03:30")
    page.get_by_label("The value in Aeries counts").check()
    check_everywhere(page, picture="district-settings")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The settings are saved.")).to_be_visible()
    stored = settings.get()
    assert (stored.timezone, str(stored.night_at), stored.conflict_policy) == (
        "America/New_York",
        "03:30:00",
        "aeries",
    )

    page.goto("/district/marks/")
    page.get_by_label("Mark in Aeries").first.fill("MI")
    page.get_by_label("Mark in Aeries").nth(1).fill("mi")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This mark stands twice.")).to_be_visible()
    page.get_by_label("Mark in Aeries").nth(1).fill("EX")
    page.get_by_label("Means here").nth(1).select_option("excused")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The marks are saved")).to_be_visible()
    check_everywhere(page, picture="district-marks")
    assert settings.get().marks == {"MI": "missing", "EX": "excused"}


def test_classes_that_need_attention_are_named(joined: Class, visitors: Visitors) -> None:
    wake.put_off(joined.id, "The Aeries gradebook cannot be read.")
    connection.note(ConnectionState.REFUSED, datetime.now(UTC))
    page = visitors.signed_in(ADMINISTRATOR)
    page.goto("/district/")
    row = page.get_by_role("row").filter(has_text="Algebra 1")
    expect(row).to_contain_text("The Aeries gradebook cannot be read.")
    expect(page.get_by_text("Aeries refuses the connection.")).to_be_visible()
    check_everywhere(page, picture="district-attention")


def test_an_invitation_sets_a_password_once(teacher: User, visitors: Visitors) -> None:
    page = visitors.signed_in(ADMINISTRATOR)
    page.goto("/district/accounts/")
    check_everywhere(page, picture="district-accounts")
    page.get_by_role("link", name=f"Link for {teacher.email}").click()
    page.get_by_role("button", name="Make a link").click()
    check_everywhere(page, picture="confirm-access")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    link = page.get_by_label("Send this to the person alone:")
    expect(link).to_be_visible()
    check_everywhere(page, picture="district-account")
    path = "/account/" + link.input_value().split("/account/")[1]

    guest = visitors.anonymous()
    guest.goto(path)
    guest.get_by_label("New password").fill("short")
    guest.get_by_label("The same once more").fill("short")
    visitors.expect_error(guest, "422|410")
    guest.get_by_role("button", name="Set the password").click()
    expect(guest.get_by_label("New password")).to_have_attribute("aria-invalid", "true")
    check_everywhere(guest, picture="invitation")
    for field in ("New password", "The same once more"):
        guest.get_by_label(field).fill("another long password")
    guest.get_by_role("button", name="Set the password").click()
    expect(guest.get_by_text("Your password is set.")).to_be_visible()

    guest.goto(path)
    expect(guest.get_by_role("heading", name="This link has been used.")).to_be_visible()
    check_everywhere(guest, picture="invitation-used")
    guest.goto("/accounts/login/")
    guest.get_by_label("Email").fill(teacher.email)
    guest.get_by_label("Password").fill("another long password")
    guest.get_by_role("button", name="Sign in").click()
    expect(guest.get_by_role("heading", name="Your classes")).to_be_visible()

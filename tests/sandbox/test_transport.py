"""Addresses, certificates, rights, years and the shape of refusals (reference §3)."""

import httpx2
import pytest

from aeries_sandbox.sandbox import Sandbox
from tests.sandbox.conftest import Address


def test_systeminfo_needs_no_certificate(sandbox: Sandbox) -> None:
    info = httpx2.get(f"{sandbox.url}/api/v5/systeminfo").json()
    assert info["DatabaseYear"] == "2020-2021"
    assert info["AvailableDatabaseYears"] == ["2020-2021", "2019-2020"]
    assert info["CurrentDateTime"].startswith("2020-10-01T09:0")
    date_time, offset = info["CurrentDateTime"][:27], info["CurrentDateTime"][27:]
    assert len(date_time.partition(".")[2]) == 7
    assert offset == "-07:00"


@pytest.mark.parametrize("certificate", [None, "", "wrong", "477ABE9E7D27439681D62F4E0DE1F5E1"])
@pytest.mark.parametrize("path", ["schools", "staff", "gradebooks/4366926", "no/such/route"])
def test_certificate_is_checked_before_anything_else(
    sandbox: Sandbox, certificate: str | None, path: str
) -> None:
    headers = {} if certificate is None else {"AERIES-CERT": certificate}
    answer = httpx2.get(f"{sandbox.url}/api/v5/{path}", headers=headers)
    assert answer.status_code == 401
    assert list(answer.json()) == ["Message"]


def test_certificate_in_the_query_is_refused_unless_switched_on(sandbox: Sandbox, control: Address) -> None:
    url = f"{sandbox.url}/api/v5/schools?cert={sandbox.certificate}"
    assert httpx2.get(url).status_code == 401
    control.post("/switches", json={"accept_cert_query": True})
    assert httpx2.get(url).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/api/v5/schools/994",
        "/aeries/api/v5/schools/994",
        "/Aeries/API/V5/SCHOOLS/994/",
        "/api/v5/schools/0994",
    ],
)
def test_routes_regardless_of_case_slash_and_prefix(sandbox: Sandbox, aeries: Address, path: str) -> None:
    answer = aeries.get(f"{sandbox.url}{path}")
    assert [school["SchoolCode"] for school in answer.json()] == [994]


@pytest.mark.parametrize("path", ["/foo", "/admin/api/v5/schools", "/api/v4/schools", "/aeries/"])
def test_outside_the_base_is_an_html_404(sandbox: Sandbox, aeries: Address, path: str) -> None:
    answer = aeries.get(f"{sandbox.url}{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


def test_base_path_can_be_moved(sandbox: Sandbox, aeries: Address, control: Address) -> None:
    control.post("/switches", json={"base_path": "/admin"})
    assert aeries.get(f"{sandbox.url}/admin/api/v5/schools").status_code == 200
    assert aeries.get(f"{sandbox.url}/aeries/api/v5/schools").status_code == 404


@pytest.mark.parametrize(
    ("with_zero", "without"),
    [
        ("/schools/994/students/0", "/schools/994/students"),
        ("/schools/994/classes/0", "/schools/994/classes"),
        ("/gradebooks/4366926/assignments/0", "/gradebooks/4366926/assignments"),
        ("/gradebooks/4366926/assignments/2/scores/0", "/gradebooks/4366926/assignments/2/scores"),
        ("/staff/0", "/staff"),
        ("/courses/0", "/courses"),
    ],
)
def test_an_optional_id_of_zero_means_left_out(aeries: Address, with_zero: str, without: str) -> None:
    everything = aeries.get(without).json()
    assert len(everything) >= 1
    assert aeries.get(with_zero).json() == everything


def test_unknown_route_and_wrong_method(aeries: Address) -> None:
    unknown = aeries.get("/gradebooks/4366926/nothing")
    assert unknown.status_code == 404
    assert list(unknown.json()) == ["Message"]
    assert aeries.delete("/gradebooks/4366926/assignments/2").status_code == 405
    assert aeries.get("/schools/abc").status_code == 404


@pytest.mark.parametrize("year", [None, "2020", "1999", "nonsense", ""])
def test_an_unavailable_year_silently_becomes_the_default(aeries: Address, year: str | None) -> None:
    params = {} if year is None else {"DatabaseYear": year}
    assert aeries.get("/systeminfo", params=params).json()["DatabaseYear"] == "2020-2021"
    assert aeries.get("/gradebooks/4366926", params=params).status_code == 200


def test_an_available_year_is_used_and_echoed(aeries: Address) -> None:
    params = {"databaseyear": "2019"}
    assert aeries.get("/systeminfo", params=params).json()["DatabaseYear"] == "2019-2020"
    assert aeries.get("/gradebooks/4366926", params=params).status_code == 404


def test_year_fallback_can_be_an_error(aeries: Address, control: Address) -> None:
    control.post("/switches", json={"year_fallback": "error400"})
    assert aeries.get("/schools", params={"DatabaseYear": "1999"}).status_code == 400
    assert aeries.get("/schools", params={"DatabaseYear": "2019"}).status_code == 200


SCORE = [{"StudentID": 99400001, "NumberCorrect": 1}]


@pytest.mark.parametrize(
    ("area", "method", "path"),
    [
        ("Staff Data", "GET", "/staff"),
        ("Teacher Data", "GET", "/schools/994/teachers"),
        ("Master Schedule", "GET", "/schools/994/sections"),
        ("Master Schedule", "GET", "/staff/994605/classes"),
        ("Class Schedules/History", "GET", "/schools/994/sections/1038/students"),
        ("Class Schedules/History", "GET", "/SectionRosterDataChanges/2020/9/1/0/0"),
        ("Student Data", "GET", "/schools/994/students"),
        ("Course Data", "GET", "/courses"),
        ("Gradebook Data", "GET", "/gradebooks/4366926"),
        ("Gradebook Data", "GET", "/gradebooks/4366926/F/students"),
        ("Gradebook Data", "GET", "/gradebooks/4366926/assignments"),
        ("Gradebook Data", "POST", "/gradebooks/4366926/assignments"),
        ("Gradebook Data - Update", "POST", "/gradebooks/4366926/assignments"),
        ("Gradebook Data - Update", "PUT", "/gradebooks/4366926/assignments/2"),
        ("Gradebook Scores", "GET", "/gradebooks/4366926/assignments/2/scores"),
        ("Gradebook Scores – Update", "POST", "/gradebooks/4366926/assignments/2/scores"),
    ],
)
def test_a_denied_area_refuses_its_routes_only(
    aeries: Address, control: Address, area: str, method: str, path: str
) -> None:
    body = {"json": SCORE if path.endswith("scores") else {"Description": "x", "PointsPossible": 1}}
    content = {} if method == "GET" else body
    assert aeries.request(method, path, **content).is_success
    assert control.patch("/rights", json={"denied_areas": [area]}).status_code == 200
    refused = aeries.request(method, path, **content)
    assert refused.status_code == 401
    assert "Message" in refused.json()
    assert aeries.get("/schools").status_code == 200
    if area.endswith("Update"):
        assert aeries.get(path).is_success
    control.patch("/rights", json={"denied_areas": []})
    assert aeries.request(method, path, **content).is_success


def test_an_insert_needs_update_and_not_insert(aeries: Address, control: Address) -> None:
    control.patch("/rights", json={"denied_areas": ["Gradebook Data - Insert"]})
    body = {"Description": "x", "PointsPossible": 1}
    assert aeries.post("/gradebooks/4500001/assignments", json=body).status_code == 201


def test_decimals_are_numbers_with_four_places(aeries: Address, control: Address) -> None:
    path = "/gradebooks/4366926/assignments/2/scores/99400001"
    assert '"NumberCorrect":20.0000,' in aeries.get(path).text
    control.post("/switches", json={"decimal_places": "minimal"})
    assert '"NumberCorrect":20,' in aeries.get(path).text
    control.post("/switches", json={"numbers_as_strings": "on", "decimal_places": "4"})
    assert '"NumberCorrect":"20.0000",' in aeries.get(path).text


def test_xml_or_form_bodies_are_refused(aeries: Address) -> None:
    answer = aeries.post(
        "/gradebooks/4500001/assignments", content=b"<a/>", headers={"Content-Type": "text/xml"}
    )
    assert answer.status_code == 415

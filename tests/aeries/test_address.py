import pytest

from twinbook.aeries.address import normalise_address
from twinbook.aeries.errors import InsecureAddress, WrongAddress


@pytest.mark.parametrize(
    "pasted",
    [
        "https://demo.aeries.net/aeries",
        " https://demo.aeries.net/aeries/ ",
        "demo.aeries.net/aeries",
        "HTTPS://Demo.Aeries.net/aeries/api",
        "https://demo.aeries.net/aeries/api/v5/",
        "https://demo.aeries.net/aeries/API/V5",
        "https://demo.aeries.net/aeries/Login.aspx?page=default.aspx#top",
        "https://demo.aeries.net/aeries/api/v5/?cert=477abe9e7d27439681d62f4e0de1f5e1",
    ],
)
def test_every_form_that_people_paste_gives_the_same_base(pasted: str) -> None:
    assert normalise_address(pasted) == "https://demo.aeries.net/aeries"


def test_a_bare_host_and_a_port_are_kept() -> None:
    assert normalise_address("sis.example.org:8443") == "https://sis.example.org:8443"
    assert normalise_address("https://[::1]:8443/x") == "https://[::1]:8443/x"


@pytest.mark.parametrize("local", ["http://127.0.0.1:5000/aeries", "http://localhost:5000", "http://[::1]:1"])
def test_plain_http_goes_to_this_machine(local: str) -> None:
    assert normalise_address(local) == local


@pytest.mark.parametrize(
    "far", ["http://sis.example.org", "http://10.0.0.5/aeries", "http://localhost.example.org"]
)
def test_plain_http_to_another_machine_needs_a_yes(far: str) -> None:
    with pytest.raises(InsecureAddress):
        normalise_address(far)
    assert normalise_address(far, allow_http=True) == far


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "https://",
        "ftp://sis.example.org",
        "https://sis example.org",
        "https://user:pw@sis.example.org",
        "http://[::1",
    ],
)
def test_what_is_no_address_is_said_to_be_none(nonsense: str) -> None:
    with pytest.raises(WrongAddress) as caught:
        normalise_address(nonsense)
    assert "pw" not in str(caught.value)

"""What happens on the way: every end a request can come to, against bytes on a loopback socket."""

import gzip
import ipaddress
import logging
import socket
import ssl
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.aeries import payloads as p
from tests.aeries.loopback import Asked, Loopback, Script, answer, serving
from twinbook.aeries.bodies import ScoreWrite
from twinbook.aeries.client import AeriesClient
from twinbook.aeries.errors import (
    AeriesError,
    BadAnswer,
    CertificateMalformed,
    CertificateRefused,
    Dropped,
    Ending,
    NotFound,
    OurBug,
    PerhapsMissing,
    PermissionMissing,
    Rejected,
    ServerError,
    Throttled,
    TimedOut,
    Unreachable,
    UntrustedServer,
    WrongAddress,
)
from twinbook.aeries.permits import Lane, LocalPermits, Permit
from twinbook.aeries.transport import TimeOuts

SECRET = "Allan Abbott has 87.5"


@pytest.fixture
def aeries() -> Iterator[Loopback]:
    with serving(answer(p.scores_text(p.score(1)))) as loopback:
        yield loopback


def read(client: AeriesClient) -> None:
    client.scores(p.GRADEBOOK, p.UNIQUE_ID, 2)


def write(client: AeriesClient) -> None:
    client.write_scores(p.GRADEBOOK, p.UNIQUE_ID, 2, [ScoreWrite(1, Decimal("8.5"))], via=Lane.PERSON)


def failure(loopback: Loopback, script: Script, *, writing: bool = False, **options: object) -> AeriesError:
    loopback.script = script
    with p.client_of(loopback.address, **options) as client, pytest.raises(AeriesError) as caught:  # type: ignore[arg-type]
        (write if writing else read)(client)
    return caught.value


def hang_up(asked: Asked, connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def test_the_request_carries_certificate_year_and_nothing_more(aeries: Loopback) -> None:
    with p.client_of(aeries.address + "/", database_year=2020) as client:
        read(client)
    asked = aeries.asked[0]
    assert asked.line == (
        f"GET /aeries/api/v5/gradebooks/assignments/{p.UNIQUE_ID}/scores?DatabaseYear=2020 HTTP/1.1"
    )
    assert asked.headers["aeries-cert"] == p.CERTIFICATE
    assert asked.headers["accept"] == "application/json"
    assert "cookie" not in asked.headers


def test_a_session_cookie_is_not_sent_back(aeries: Loopback) -> None:
    aeries.script = answer(p.scores_text(p.score(1)), headers={"Set-Cookie": "ASP.NET_SessionId=1; path=/"})
    with p.client_of(aeries.address) as client:
        read(client)
        read(client)
    assert "cookie" not in aeries.asked[1].headers


def test_a_connection_is_used_again_and_a_closed_one_is_not_a_failure(aeries: Loopback) -> None:
    with p.client_of(aeries.address) as client:
        read(client)
        read(client)
    assert len(aeries.asked) == 2


def test_a_packed_answer_is_read(aeries: Loopback) -> None:
    aeries.script = answer(
        gzip.compress(p.scores_text(p.score(1)).encode()), headers={"Content-Encoding": "gzip"}
    )
    with p.client_of(aeries.address) as client:
        assert client.scores(p.GRADEBOOK, p.UNIQUE_ID, 2).value.rows[1].mark == "8.5000"


def test_a_reading_knows_when_it_was_sent(aeries: Loopback) -> None:
    moment = datetime(2020, 10, 1, tzinfo=UTC)
    client = AeriesClient(aeries.address, p.CERTIFICATE, permits=p.generous_permits(), wall=lambda: moment)
    with client:
        request = client.scores(p.GRADEBOOK, p.UNIQUE_ID, 2).request
    assert request.sent_at == request.ended_at == moment
    assert request.sent_monotonic <= request.ended_monotonic
    assert not request.is_write


# Statuses


@pytest.mark.parametrize(
    ("status", "kind", "ending"),
    [
        (400, Rejected, Ending.REFUSED),
        (401, PermissionMissing, Ending.REFUSED),
        (403, PermissionMissing, Ending.REFUSED),
        (404, NotFound, Ending.REFUSED),
        (405, Rejected, Ending.REFUSED),
        (408, ServerError, Ending.DOUBTFUL),
        (429, Throttled, Ending.REFUSED),
        (302, BadAnswer, Ending.DOUBTFUL),
        (500, ServerError, Ending.DOUBTFUL),
        (502, ServerError, Ending.DOUBTFUL),
        (503, ServerError, Ending.DOUBTFUL),
    ],
)
def test_a_status_is_an_error_of_a_family_and_a_write_knows_its_ending(
    aeries: Loopback, status: int, kind: type[AeriesError], ending: Ending
) -> None:
    script = answer(f'{{"Message": "{SECRET}"}}', status, headers={"Location": "/login"})
    written = failure(aeries, script, writing=True)
    assert isinstance(written, kind)
    assert written.ending is ending
    asked = failure(aeries, script)
    assert isinstance(asked, kind)
    assert asked.ending is None
    assert len(aeries.asked) == 2, "nothing is tried again, no redirect is followed"


def test_a_500_on_scores_may_mean_that_they_are_gone(aeries: Loopback) -> None:
    message = '{"Message": "Object reference not set to an instance of an object."}'
    assert isinstance(failure(aeries, answer(message, 500)), PerhapsMissing)
    written = failure(aeries, answer(message, 500), writing=True)
    assert isinstance(written, PerhapsMissing)
    assert written.ending is Ending.DOUBTFUL


def test_a_missing_right_is_named(aeries: Loopback) -> None:
    error = failure(aeries, answer("", 401), writing=True)
    assert isinstance(error, PermissionMissing)
    assert (error.area, error.right) == ("Gradebook Scores", "Update")


def test_a_call_that_needs_no_right_shows_a_refused_certificate(aeries: Loopback) -> None:
    aeries.script = answer('{"Message": "no"}', 401)
    with p.client_of(aeries.address) as client, pytest.raises(CertificateRefused):
        client.schools()


@pytest.mark.parametrize("status", [200, 302, 404])
def test_a_web_page_at_the_base_is_a_wrong_address(aeries: Loopback, status: int) -> None:
    aeries.script = answer("<!DOCTYPE html><p>Sign in", status, "text/html")
    with p.client_of(aeries.address) as client:
        for ask in (client.systeminfo, client.schools):
            with pytest.raises(WrongAddress):
                ask()


@pytest.mark.parametrize("status", [200, 302, 404])
@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json"])
def test_a_web_page_deeper_down_proves_nothing(aeries: Loopback, status: int, kind: str) -> None:
    page = answer("\n <html>Maintenance", status, kind)
    assert isinstance(failure(aeries, page), BadAnswer)
    assert failure(aeries, page, writing=True).ending is Ending.DOUBTFUL


def test_aeries_own_words_are_kept_for_the_person_and_out_of_the_text(aeries: Loopback) -> None:
    error = failure(aeries, answer(f'{{"Message": "{SECRET}, {p.CERTIFICATE}"}}', 400), writing=True)
    assert isinstance(error, Rejected)
    assert error.message == f"{SECRET}, …"
    assert "Abbott" not in f"{error} {error!r}"
    assert isinstance(failure(aeries, answer("no json", 400)), Rejected)


# Throttling


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("99999", 3600.0), ("soon", None), ("", None), ("-3", None), ("٣", None)],
)
def test_retry_after_is_told_and_pauses_everybody(
    aeries: Loopback, header: str, seconds: float | None
) -> None:
    permits = p.generous_permits()
    paused: list[float] = []
    permits.pause = paused.append  # type: ignore[method-assign, assignment]
    error = failure(aeries, answer("", 429, headers={"Retry-After": header}), permits=permits)
    assert isinstance(error, Throttled)
    assert error.retry_after == seconds
    assert paused == [5.0 if seconds is None else seconds]


def test_retry_after_may_be_a_date(aeries: Loopback) -> None:
    now = datetime(2020, 10, 1, 12, 0, tzinfo=UTC)
    aeries.script = answer(
        "", 503, headers={"Retry-After": (now + timedelta(seconds=40)).strftime("%a, %d %b %Y %H:%M:%S GMT")}
    )
    client = AeriesClient(aeries.address, p.CERTIFICATE, permits=p.generous_permits(), wall=lambda: now)
    with client, pytest.raises(ServerError) as caught:
        read(client)
    assert caught.value.retry_after == 40


# On the way


def test_no_connection_wrote_nothing() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with p.client_of(address) as client, pytest.raises(Unreachable) as caught:
        write(client)
    assert caught.value.ending is Ending.REFUSED


def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    with p.client_of("https://nowhere.invalid") as client, pytest.raises(Unreachable):
        read(client)


def test_a_name_that_cannot_be_one_is_a_wrong_address() -> None:
    with pytest.raises(WrongAddress), p.client_of(f"https://{'a' * 70}.example.org") as client:
        read(client)


def test_a_connection_dropped_before_the_answer_leaves_a_write_in_doubt(aeries: Loopback) -> None:
    error = failure(aeries, hang_up, writing=True)
    assert isinstance(error, Dropped)
    assert error.ending is Ending.DOUBTFUL
    assert len(aeries.asked) == 1


def test_a_connection_dropped_within_the_answer_leaves_a_write_in_doubt(aeries: Loopback) -> None:
    def half(asked: Asked, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{")
        connection.shutdown(socket.SHUT_RDWR)

    error = failure(aeries, half, writing=True)
    assert isinstance(error, Dropped)
    assert error.ending is Ending.DOUBTFUL


def test_bytes_that_are_no_http_leave_a_write_in_doubt(aeries: Loopback) -> None:
    error = failure(aeries, lambda asked, connection: connection.sendall(b"SSH-2.0-x\r\n\r\n"), writing=True)
    assert error.ending is Ending.DOUBTFUL


@pytest.mark.parametrize("body", ["", "null", "[]", '[{"StudentID": 1', "{}", "[null]", '{"Message": "ok"}'])
def test_a_write_whose_answer_says_nothing_is_in_doubt(aeries: Loopback, body: str) -> None:
    error = failure(aeries, answer(body), writing=True)
    assert isinstance(error, BadAnswer)
    assert error.ending is Ending.DOUBTFUL


def test_a_packed_answer_that_cannot_be_unpacked_proves_nothing(aeries: Loopback) -> None:
    assert isinstance(failure(aeries, answer("[]", headers={"Content-Encoding": "gzip"})), BadAnswer)


def test_an_answer_without_end_is_cut_also_when_packed(aeries: Loopback) -> None:
    long = p.scores_text(*(p.score(n) for n in range(1, 50)))
    assert isinstance(failure(aeries, answer(long), largest_answer=1000), BadAnswer)
    packed = answer(gzip.compress(b" " * 100_000), headers={"Content-Encoding": "gzip"})
    error = failure(aeries, packed, largest_answer=1000, writing=True)
    assert error.ending is Ending.DOUBTFUL


def test_no_answer_in_time_leaves_a_write_in_doubt(aeries: Loopback) -> None:
    done = threading.Event()

    def keep_silent(asked: Asked, connection: socket.socket) -> None:
        done.wait(20)

    try:
        error = failure(aeries, keep_silent, writing=True, time_outs=TimeOuts(read=0.05))
    finally:
        done.set()
    assert isinstance(error, TimedOut)
    assert (error.phase, error.sent, error.ending) == ("read", True, Ending.DOUBTFUL)


@pytest.mark.parametrize(
    "start", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"]
)
def test_a_server_that_sends_a_byte_at_a_time_does_not_outlast_the_total(
    aeries: Loopback, start: bytes
) -> None:
    done = threading.Event()

    def trickle(asked: Asked, connection: socket.socket) -> None:
        connection.sendall(start)
        while not done.wait(0.01):
            connection.sendall(b" ")

    try:
        error = failure(aeries, trickle, time_outs=TimeOuts(read=5, total=0.2))
    finally:
        done.set()
    assert isinstance(error, TimedOut)
    assert error.phase == "total"


def test_one_long_silence_does_not_outlast_the_total(aeries: Loopback) -> None:
    done = threading.Event()

    def keep_silent(asked: Asked, connection: socket.socket) -> None:
        done.wait(10)
        hang_up(asked, connection)

    try:
        error = failure(aeries, keep_silent, time_outs=TimeOuts(read=3600, total=0.2))
    finally:
        done.set()
    assert isinstance(error, TimedOut)
    assert error.phase == "total"


def test_time_used_up_before_anything_was_sent_wrote_nothing(aeries: Loopback) -> None:
    error = failure(aeries, hang_up, writing=True, time_outs=TimeOuts(total=0))
    assert isinstance(error, TimedOut)
    assert (error.sent, error.ending) == (False, Ending.REFUSED)
    assert aeries.asked == []


def test_a_server_with_a_certificate_of_its_own_making_is_not_trusted(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    both = tmp_path / "server.pem"
    both.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept_once() -> None:
            connection, _ = listening.accept()
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()

        thread = threading.Thread(target=accept_once)
        thread.start()
        address = f"https://127.0.0.1:{listening.getsockname()[1]}"
        with p.client_of(address) as client, pytest.raises(UntrustedServer) as caught:
            write(client)
        thread.join()
    assert caught.value.ending is Ending.REFUSED


# Secrets


@pytest.mark.parametrize("odd", ["", "   ", "abc def", "abc\r\nX: y", "abcé", "a-b"])
def test_a_certificate_that_cannot_be_one_is_said_to_be_so_and_not_shown(odd: str) -> None:
    with pytest.raises(CertificateMalformed) as caught:
        AeriesClient("https://sis.example.org", odd, permits=p.generous_permits())
    assert not odd.strip() or odd not in str(caught.value)


def test_a_certificate_read_from_a_file_may_end_in_a_line_break(aeries: Loopback) -> None:
    with AeriesClient(aeries.address, p.CERTIFICATE + "\n", permits=p.generous_permits()) as client:
        read(client)
    assert aeries.asked[0].headers["aeries-cert"] == p.CERTIFICATE


def reported(error: BaseException) -> str:
    """The error as an error report shows it: causes, frames and the locals of ours."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(report.format())


SCRIPTS: list[Script] = [
    hang_up,
    answer("<html>", 200, "text/html"),
    answer(f'{{"Message": "{SECRET}"}}', 400),
    answer("", 401),
    answer("", 429),
    answer("", 500),
    answer('[{"StudentID": 1'),
]


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("writing", [False, True])
def test_no_certificate_in_any_error_log_or_url(
    aeries: Loopback, caplog: pytest.LogCaptureFixture, script: Script, writing: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    error = failure(aeries, script, writing=writing)
    shown = "\n".join([*(record.getMessage() for record in caplog.records), aeries.asked[0].line])
    assert len(caplog.records) > 0, "httpx2 logs its requests: this test would see them"
    assert p.CERTIFICATE not in shown
    assert "8.5" not in shown
    assert p.CERTIFICATE not in f"{error} {error!r} {error.hint} {reported(error)}"
    assert "Abbott" not in f"{error} {error!r}"


def test_values_stay_out_of_what_is_printed(aeries: Loopback) -> None:
    with p.client_of(aeries.address) as client:
        reading = client.scores(p.GRADEBOOK, p.UNIQUE_ID, 2)
        assert p.CERTIFICATE not in repr(client)
    assert "8.5" not in f"{reading!r} {reading.value!r} {reading.value.rows[1]!r}"


# Ids and permits


def test_a_call_without_its_id_is_never_sent(aeries: Loopback) -> None:
    with p.client_of(aeries.address) as client:
        for ask in (
            lambda: client.gradebook(0),
            lambda: client.assignment(p.GRADEBOOK, ""),
            lambda: client.assignment(p.GRADEBOOK, "0"),
            lambda: client.scores(p.GRADEBOOK, "", 2),
            lambda: client.students(0),
            lambda: client.gradebook_students(p.GRADEBOOK, ""),
            lambda: client.staff_gradebooks(-1),
        ):
            with pytest.raises(OurBug):
                ask()
    assert aeries.asked == []


def test_an_id_cannot_leave_its_place_in_the_path(aeries: Loopback) -> None:
    aeries.script = answer("null")
    with p.client_of(aeries.address) as client, pytest.raises(NotFound):
        client.assignment(p.GRADEBOOK, "../../staff?x=1#")
    assert "/gradebooks/Assignments/..%2F..%2Fstaff%3Fx%3D1%23 " in aeries.asked[0].line


def test_one_permit_serves_a_reading_and_a_write_and_no_third(aeries: Loopback) -> None:
    permits = p.generous_permits()
    client = p.client_of(aeries.address, permits=permits)
    with client, permits.acquire(Lane.PERSON, requests=2) as permit:
        client.scores(p.GRADEBOOK, p.UNIQUE_ID, 2, via=permit)
        client.write_scores(p.GRADEBOOK, p.UNIQUE_ID, 2, [ScoreWrite(1, Decimal(8))], via=permit)
        with pytest.raises(OurBug):
            client.scores(p.GRADEBOOK, p.UNIQUE_ID, 2, via=permit)
    assert [asked.line.split()[0] for asked in aeries.asked] == ["GET", "POST"]


def test_a_permit_is_given_back_whatever_happens(aeries: Loopback) -> None:
    permits = p.generous_permits()
    for script in (hang_up, answer("[]"), answer("", 500)):
        aeries.script = script
        with p.client_of(aeries.address, permits=permits) as client, pytest.raises(AeriesError):
            client.assignment(p.GRADEBOOK, p.UNIQUE_ID)
    assert permits.taken == 0


def test_a_budget_that_refuses_has_sent_nothing(aeries: Loopback) -> None:
    class Paused(LocalPermits):
        def acquire(self, lane: Lane, requests: int = 1) -> Permit:
            raise Throttled(30)

    paused = Paused(rate=1, burst=1, in_flight=1, clock=lambda: 0.0, sleep=lambda seconds: None)
    error = failure(aeries, hang_up, writing=True, permits=paused)
    assert error.ending is Ending.REFUSED
    assert aeries.asked == []

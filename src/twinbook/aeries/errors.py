"""What can go wrong with Aeries, sorted by what the caller can do about it.

    AeriesError
    ├── Wait              comes right by itself: try later
    │   ├── Unreachable       no connection; nothing was sent
    │   ├── Dropped           the connection broke after something was sent
    │   ├── TimedOut          connect, read, write or total time used up
    │   ├── Throttled         429; retry_after in seconds, when Aeries named one
    │   ├── ServerError       5xx
    │   │   └── PerhapsMissing    500 where some sites answer so for a thing that is gone: look at it
    │   └── BadAnswer         HTML, cut JSON, another shape: proves nothing
    │       └── OtherRows     well-formed, but of another gradebook or assignment than asked
    ├── AskPerson         repeating does not help
    │   ├── Rejected          400: Aeries' own words in `message`
    │   └── NotFound          the thing is not there; a second look by another route first (design A7)
    ├── FixSetup          an administrator must act
    │   ├── WrongAddress      there is no Aeries API at this address
    │   ├── InsecureAddress   plain http to another machine
    │   ├── UntrustedServer   the server's TLS certificate is not accepted
    │   ├── WrongYear         Aeries answers for another database year
    │   ├── CertificateMalformed
    │   ├── CertificateRefused
    │   └── PermissionMissing the certificate lacks a right, or is no longer accepted
    └── OurBug            the caller or this package did something that must never be sent

A write that failed has an `ending`: `refused` (definitely not done, and not going to be) or `doubtful`
(may have been done, may still be). A write that returns is `accepted`. Reads have no ending.

No error carries a certificate, a name or a grade in its text; `Rejected.message` is Aeries' own
sentence for the person concerned and stays out of `str()` and `repr()`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from twinbook.core.sentence import sentence


class Ending(StrEnum):
    """How a write ended, as far as we can know."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class Request:
    """Which request it was. `what` is for people ("scores of assignment … of gradebook 12");
    monotonic times are seconds of this process, wall times are aware and for show and storage.

    `sent_*` is taken just before connecting, `ended_*` when the answer or the error was complete.
    """

    method: str
    what: str
    sent_at: datetime
    sent_monotonic: float
    ended_at: datetime
    ended_monotonic: float

    @property
    def is_write(self) -> bool:
        return self.method != "GET"


class AeriesError(Exception):
    """Base of everything this package raises. `hint` is the next thing a person can do."""

    hint = sentence("Try again; if it goes on, look at the log.")
    write_ending = Ending.DOUBTFUL

    def __init__(self, text: str, request: Request | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.request = request

    def __str__(self) -> str:
        return self.text if self.request is None else f"{self.request.what}: {self.text}"

    @property
    def ending(self) -> Ending | None:
        """None for a read, and for an error that arose before there was a request."""
        if self.request is None or not self.request.is_write:
            return None
        return self.write_ending


class Wait(AeriesError):
    hint = sentence("Nothing to do: it is tried again by itself.")


class Unreachable(Wait):
    hint = sentence("Check that the Aeries address is right and that this machine can reach it.")
    write_ending = Ending.REFUSED


class Dropped(Wait):
    """The connection broke after the first byte of the request had left."""


class TimedOut(Wait):
    """`phase` is connect, pool, write, read or total; `sent` says whether a byte had left."""

    def __init__(self, phase: str, *, sent: bool, request: Request | None = None) -> None:
        super().__init__(sentence("no answer in time (%(phase)s)", phase=phase), request)
        self.phase = phase
        self.sent = sent
        self.write_ending = Ending.DOUBTFUL if sent else Ending.REFUSED


class Throttled(Wait):
    """`retry_after` in seconds, None when Aeries named no time."""

    write_ending = Ending.REFUSED

    def __init__(self, retry_after: float | None, request: Request | None = None) -> None:
        super().__init__(sentence("Aeries asks for fewer requests"), request)
        self.retry_after = retry_after


class ServerError(Wait):
    """`retry_after` in seconds when a 502, 503 or 504 named one."""

    def __init__(self, status: int, retry_after: float | None = None, request: Request | None = None) -> None:
        super().__init__(sentence("Aeries answered with status %(status)s", status=status), request)
        self.status = status
        self.retry_after = retry_after


class PerhapsMissing(ServerError):
    """500 on scores: an outage, or the assignment is gone (reference §3.15). Read the assignment."""


class BadAnswer(Wait):
    """An answer from which nothing follows, neither that something is there nor that it is not."""

    hint = sentence("If it goes on: look whether the address leads to a login or maintenance page.")


class OtherRows(BadAnswer):
    """Rows of another gradebook or assignment: a renumbered assignment, or a confused server.

    Read the assignment again (its number may have changed), then ask once more.
    """


class AskPerson(AeriesError):
    hint = sentence("Someone has to look at this item.")


class Rejected(AskPerson):
    """Aeries refused what it was asked. `message` is its own sentence, for the person concerned.

    Of a batch of several scores some may have been stored nevertheless (undocumented, reference
    §12.6): read before sending again.
    """

    hint = sentence("Read what Aeries says and change the value, here or there.")
    write_ending = Ending.REFUSED

    def __init__(self, status: int, message: str | None, request: Request | None = None) -> None:
        super().__init__(sentence("Aeries refused it (status %(status)s)", status=status), request)
        self.status = status
        self.message = message


class NotFound(AskPerson):
    """In each of its disguises (reference §3.15). Proves nothing alone: look again (design A7)."""

    hint = sentence("Look in Aeries whether it was deleted.")
    write_ending = Ending.REFUSED


class FixSetup(AeriesError):
    hint = sentence("An administrator has to change the Aeries connection.")
    write_ending = Ending.REFUSED


class WrongAddress(FixSetup):
    hint = sentence("Use the address of the Aeries login page, without the last slash.")
    write_ending = Ending.DOUBTFUL


class InsecureAddress(FixSetup):
    hint = sentence("Use https, or allow plain http for this connection.")


class UntrustedServer(FixSetup):
    hint = sentence("The server's TLS certificate is expired, for another name or of an unknown issuer.")


class WrongYear(FixSetup):
    """`actual` is the starting year of the school year that Aeries answers for."""

    hint = sentence(
        "Set the database year of the connection, or let Aeries open that year to this certificate."
    )

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(
            sentence(
                "Aeries answers for %(actual)s, not for %(expected)s",
                actual=f"{actual}-{actual + 1}",
                expected=f"{expected}-{expected + 1}",
            )
        )
        self.expected = expected
        self.actual = actual


class CertificateMalformed(FixSetup):
    hint = sentence("Copy the certificate from Aeries' API Security page: letters and digits, on one line.")


class CertificateRefused(FixSetup):
    hint = sentence("Copy the certificate again from Aeries' API Security page; upper and lower case matter.")


class PermissionMissing(FixSetup):
    """`area` and `right` as Aeries' API Security page names them.

    Aeries answers alike when the certificate itself is no longer accepted; a connection check tells.
    """

    hint = sentence(
        "Grant the right on Aeries' API Security page, or check whether the certificate is still valid."
    )

    def __init__(self, area: str, right: str, request: Request | None = None) -> None:
        super().__init__(
            sentence("the certificate has no right to it (%(area)s: %(right)s)", area=area, right=right),
            request,
        )
        self.area = area
        self.right = right


class OurBug(AeriesError):
    """Something was about to be sent that never may be. Nothing was sent."""

    hint = sentence("This is an error in Twinbook: please report it.")
    write_ending = Ending.REFUSED

"""What a district service refuses, in words for a person; `code` is stable."""

from typing import ClassVar

from twinbook.core.sentence import sentence


class DistrictError(Exception):
    """Base. `message` is a sentence for a person, `advice` the next thing to do, `field` the input it is about."""

    code: ClassVar[str] = "district_error"
    hint: ClassVar[str | None] = None

    def __init__(self, message: str, *, hint: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.advice = hint if hint is not None else self.hint


class NotFoundError(DistrictError):
    code = "not_found"


class InvalidError(DistrictError):
    """The input can never be stored; a person corrects it."""

    code = "invalid"


class NotConnectedError(DistrictError):
    code = "not_connected"
    hint = sentence(
        "An administrator connects Aeries with `twinbook aeries connect` or in the district's settings."
    )


class KeysLostError(DistrictError):
    """The stored certificate was encrypted with keys that this installation no longer has."""

    code = "keys_lost"
    hint = sentence("Put the old key back into TWINBOOK_ENCRYPTION_KEYS, or enter the certificate again.")


class NoSchoolChosenError(DistrictError):
    code = "no_school_chosen"


class SectionInUseError(DistrictError):
    """The section's own class holds something that combining would leave behind."""

    code = "section_in_use"

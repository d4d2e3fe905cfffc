"""What text the database can hold."""

from twinbook.gradebook.errors import InvalidError


def checked(text: str, field: str, longest: int | None = None) -> str:
    """The text unchanged: quotes and angle brackets stay. Raises InvalidError when it cannot be stored."""
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise InvalidError(f"The {field} contains a character that cannot be stored.", field=field)
    if longest is not None and len(text) > longest:
        raise InvalidError(
            f"The {field} has {len(text)} characters; at most {longest} are possible.",
            hint="Shorten it.",
            field=field,
        )
    return text


def checked_name(text: str, field: str, longest: int) -> str:
    """As `checked`, and not blank; outer white space is removed."""
    text = checked(text.strip(), field, longest)
    if not text:
        raise InvalidError(f"The {field} is blank.", hint="Give it a name.", field=field)
    return text

"""What text the database can hold."""

from twinbook.core.sentence import sentence
from twinbook.gradebook.errors import InvalidError

_WORDS = {
    "title": sentence("title"),
    "name": sentence("name"),
    "description": sentence("description"),
    "comment": sentence("comment"),
}


def checked(text: str, field: str, longest: int | None = None) -> str:
    """The text unchanged: quotes and angle brackets stay. Raises InvalidError when it cannot be stored."""
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise InvalidError(
            sentence(
                "The %(field)s contains a character that cannot be stored.", field=_WORDS.get(field, field)
            ),
            field=field,
        )
    if longest is not None and len(text) > longest:
        raise InvalidError(
            sentence(
                "The %(field)s has %(length)s characters; at most %(longest)s are possible.",
                field=_WORDS.get(field, field),
                length=len(text),
                longest=longest,
            ),
            hint=sentence("Shorten it."),
            field=field,
        )
    return text


def checked_name(text: str, field: str, longest: int) -> str:
    """As `checked`, and not blank; outer white space is removed."""
    text = checked(text.strip(), field, longest)
    if not text:
        raise InvalidError(
            sentence("The %(field)s is blank.", field=_WORDS.get(field, field)),
            hint=sentence("Give it a name."),
            field=field,
        )
    return text

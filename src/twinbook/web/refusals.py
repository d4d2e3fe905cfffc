"""What services refuse, as one shape for pages: the sentence, the next thing to do, and the field it is about."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _

from twinbook.core.setup.body import DraftError
from twinbook.district.errors import DistrictError
from twinbook.gradebook.errors import GradebookError
from twinbook.said import said, said_if_any
from twinbook.sync.errors import SyncError
from twinbook.sync.lease import LeaseBusy
from twinbook.sync.remote import NotConnected

REFUSED = (SyncError, GradebookError, DistrictError, DraftError, NotConnected, LeaseBusy)
"""Everything that a service raises for a person; anything else is a bug of ours."""


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    message: str
    hint: str | None = None
    field: str | None = None

    @property
    def sentence(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


def told(error: Exception) -> Refusal:
    """`error`: one of REFUSED."""
    match error:
        case GradebookError() | DistrictError():
            return _said(error.code, error.message, error.advice, error.field)
        case DraftError():
            return _said(error.code, error.message, error.hint, error.field)
        case SyncError():
            return _said(error.code, error.message, error.hint)
        case NotConnected():
            return _said("not_connected", error.message, error.hint)
        case LeaseBusy():
            return Refusal("busy", _("The class is being worked on just now."), _("Try again in a moment."))
        case _:
            raise error


def _said(code: str, message: str, hint: str | None, field: str | None = None) -> Refusal:
    return Refusal(code, said(message), said_if_any(hint), field)


def onto(form: forms.BaseForm, error: Exception) -> None:
    """Puts a refusal at the form's field that it names, else above the form; nothing typed is lost."""
    refusal = told(error)
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, refusal.sentence)

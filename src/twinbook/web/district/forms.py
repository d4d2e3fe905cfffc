"""The district's forms. What a service refuses comes back to the field that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from twinbook.district.connection import ConnectionChanges
from twinbook.district.models import AeriesConnection, ConflictPolicy, DistrictSettings, Mode
from twinbook.district.settings import SettingsChanges

BLANK_MARK_ROWS = 3

POLICIES = (
    (ConflictPolicy.ASK.value, _("Ask: neither side is overwritten until a person chooses")),
    (ConflictPolicy.LMS.value, _("The value here counts")),
    (ConflictPolicy.AERIES.value, _("The value in Aeries counts")),
)
MODES = (
    (Mode.SYNC.value, _("Sync: both gradebooks are kept equal")),
    (Mode.OBSERVE.value, _("Observe: read and show what would change, write nothing")),
    (Mode.PAUSED.value, _("Paused: nothing is read or written")),
)


class ConnectionForm(forms.Form):
    """The certificate goes in and never comes out: left blank, the stored one stays."""

    url = forms.CharField(
        label=_("Address of Aeries"),
        help_text=_("As in the browser, such as https://example.aeries.net/student"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}),
    )
    certificate = forms.CharField(
        label=_("Certificate"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    database_year = forms.IntegerField(
        label=_("School year"),
        required=False,
        help_text=_("The year in which it begins, such as 2026. Left blank: as Aeries says."),
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    allow_http = forms.BooleanField(
        label=_("Allow an address without encryption (only for a test on this network)"), required=False
    )
    requests_per_second = forms.IntegerField(
        label=_("Requests a second"), help_text=_("Aeries never sees more."), min_value=1, max_value=1000
    )
    burst = forms.IntegerField(label=_("Of them at once"), min_value=1, max_value=1000)
    in_flight = forms.IntegerField(label=_("On their way at the same time"), min_value=1, max_value=200)
    advanced = ("allow_http", "requests_per_second", "burst", "in_flight")

    def __init__(self, data: Any, row: AeriesConnection) -> None:
        initial = {
            name: getattr(row, name)
            for name in ("url", "database_year", *self.advanced)
            if name != "advanced"
        }
        super().__init__(data, initial=initial)
        stored = bool(row.certificate_encrypted)
        self.fields["certificate"].required = not stored
        self.fields["certificate"].help_text = (
            _("One is stored; it cannot be shown. Leave this blank to keep it.")
            if stored
            else _("From Aeries: Security › API Security, for the application Twinbook.")
        )

    def changes(self) -> ConnectionChanges:
        wanted = {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "certificate" and (name in self.changed_data or name == "url")
        }
        if self.cleaned_data["certificate"]:
            wanted["certificate"] = self.cleaned_data["certificate"]
        return cast(ConnectionChanges, wanted)

    def advanced_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.advanced]

    @property
    def advanced_open(self) -> bool:
        return any(name in self.errors for name in self.advanced)


class SchoolForm(forms.Form):
    school_code = forms.IntegerField(
        label=_("School code"),
        help_text=_("The number of the school in Aeries, such as 990."),
        min_value=0,
        max_value=2**31 - 1,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )


class SettingsForm(forms.Form):
    name = forms.CharField(label=_("Name of the district"))
    timezone = forms.ChoiceField(label=_("Time zone"))
    night_at = forms.TimeField(
        label=_("The night's sync begins at"),
        help_text=_("In the district's time zone, when few people work."),
        widget=forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M"),
    )
    mode = forms.ChoiceField(label=_("Syncing"), choices=MODES, widget=forms.RadioSelect)
    conflict_policy = forms.ChoiceField(
        label=_("When a score was changed here and in Aeries"),
        choices=POLICIES,
        widget=forms.RadioSelect,
        help_text=_("For classes without a choice of their own, and for conflicts from now on."),
    )
    missing_mark = forms.CharField(
        label=_("What to type in Aeries for a missing score"),
        required=False,
        max_length=10,
        help_text=_("Such as MI. Teachers are told to type it, since Aeries takes no marks from programs."),
        widget=forms.TextInput(attrs={"class": "short"}),
    )

    alert_after_minutes = forms.IntegerField(
        label=_("Tell somebody when Aeries has been away for, in minutes"),
        min_value=1,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    alert_emails = forms.CharField(
        label=_("Whom to tell by e-mail"),
        required=False,
        help_text=_("Addresses, separated by commas. Left blank: every district administrator."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    alert_webhook = forms.CharField(
        label=_("And a webhook"),
        required=False,
        help_text=_(
            "An address that gets a POST when Aeries goes away and when it is back; no names, no grades."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}),
    )

    def __init__(self, data: Any, row: DistrictSettings) -> None:
        initial = {name: getattr(row, name) for name in self.base_fields}
        initial["alert_emails"] = ", ".join(row.alert_emails)
        super().__init__(data, initial=initial)
        zones = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
        field = cast(forms.ChoiceField, self.fields["timezone"])
        field.choices = [(zone, zone.replace("_", " ")) for zone in zones]

    def changes(self) -> SettingsChanges:
        wanted = {name: self.cleaned_data[name] for name in self.changed_data}
        if "night_at" in wanted:
            wanted["night_at"] = wanted["night_at"].strftime("%H:%M")
        if "alert_emails" in wanted:
            wanted["alert_emails"] = [
                part for part in wanted["alert_emails"].replace(",", " ").split() if part
            ]
        if "missing_mark" in wanted:
            wanted["missing_mark"] = wanted["missing_mark"].strip() or None
        return cast(SettingsChanges, wanted)


class MarkForm(forms.Form):
    """One row of the district's marks; without a mark the row counts as removed."""

    mark = forms.CharField(
        label=_("Mark in Aeries"),
        required=False,
        max_length=10,
        widget=forms.TextInput(attrs={"class": "short"}),
    )
    kind = forms.ChoiceField(
        label=_("Means here"),
        choices=[("missing", _("Missing")), ("excused", _("Excused")), ("incomplete", _("Incomplete"))],
    )


if TYPE_CHECKING:
    MarkForms = forms.BaseFormSet[MarkForm]
else:
    MarkForms = forms.BaseFormSet


class _Marks(MarkForms):
    def clean(self) -> None:
        """A mark twice is shown at the second."""
        seen: set[str] = set()
        for form in self.forms:
            mark = str(form.cleaned_data.get("mark", "")).strip().upper() if form.is_valid() else ""
            if mark and mark in seen:
                form.add_error("mark", _("This mark stands twice."))
            seen.add(mark)

    def marks(self) -> dict[str, str]:
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("mark")]
        return {row["mark"].strip(): row["kind"] for row in rows}


def marks_formset(data: Any, row: DistrictSettings) -> _Marks:
    made = forms.formset_factory(MarkForm, formset=_Marks, extra=BLANK_MARK_ROWS)
    initial = [{"mark": mark, "kind": kind} for mark, kind in sorted(row.marks.items())]
    return cast(_Marks, made(data, initial=initial, prefix="marks"))


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    district_admin = forms.BooleanField(label=_("District administrator"), required=False)

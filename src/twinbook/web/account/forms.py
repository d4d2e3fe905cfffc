from django import forms
from django.utils.translation import gettext_lazy as _

from twinbook.district.models import Digest


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("New password"),
        help_text=_("At least eight characters; not your name, not a common word."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )
    again = forms.CharField(
        label=_("The same once more"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("The two are not the same."))
        return again


class DigestForm(forms.Form):
    digest = forms.ChoiceField(
        label=_("A mail with what needs you"),
        choices=[
            (Digest.DAILY.value, _("Every weekday, when something does")),
            (Digest.WEEKLY.value, _("On Mondays, when something does")),
            (Digest.OFF.value, _("Never")),
        ],
        widget=forms.RadioSelect,
    )
    digest_hour = forms.TypedChoiceField(
        label=_("From"),
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        coerce=int,
        help_text=_(
            "In the district's time zone. The mail holds a number and a link for each class, no names and no grades."
        ),
        widget=forms.Select(attrs={"class": "short"}),
    )

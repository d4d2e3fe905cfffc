"""The numbers of the brake as a form: groups of whole numbers, with what each means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from twinbook.district.models import DistrictSettings, default_brake

_LABELS = {
    "item": {
        "cells": _("Values that change, at least"),
        "percent": _("and more than this share of its values, in %"),
        "blanked": _("Or all values blanked, at least"),
    },
    "class": {
        "cells": _("Values that change, at least"),
        "percent": _("and more than this share of its values, in %"),
    },
    "district": {
        "classes": _("It watches from so many joined classes on"),
        "cells_percent": _("Share of all compared values that change, in %"),
        "classes_percent": _("Or so many percentage points of classes more than usual"),
        "usual_percent": _("What is taken as usual until enough nights are known, in % of classes"),
        "usual_nights": _("Nights that must be known"),
        "wave": _("Classes that a night reads before it judges and takes over"),
    },
}
_TITLES = {
    "item": _("One student or one activity"),
    "class": _("One class"),
    "district": _("The whole district, over one night"),
}


class BrakeForm(forms.Form):
    def __init__(self, data: Any, row: DistrictSettings) -> None:
        known = default_brake()
        stored = {part: {**known[part], **row.brake.get(part, {})} for part in known}
        initial = {f"{part}.{name}": stored[part][name] for part in known for name in known[part]}
        super().__init__(data, initial=initial)
        for part, numbers in _LABELS.items():
            for name, label in numbers.items():
                self.fields[f"{part}.{name}"] = forms.IntegerField(
                    label=label,
                    min_value=0,
                    max_value=100 if name.endswith("percent") else 1_000_000,
                    widget=forms.NumberInput(attrs={"class": "short"}),
                    help_text=_("Usually %(number)d.") % {"number": known[part][name]},
                )

    def groups(self) -> Iterator[tuple[Any, list[forms.BoundField]]]:
        for part, numbers in _LABELS.items():
            yield _TITLES[part], [self[f"{part}.{name}"] for name in numbers]

    def changes(self) -> dict[str, dict[str, int]]:
        """Only what was changed, by part."""
        found: dict[str, dict[str, int]] = {}
        for key in self.changed_data:
            part, _dot, name = key.partition(".")
            found.setdefault(part, {})[name] = self.cleaned_data[key]
        return found

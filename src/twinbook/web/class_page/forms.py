"""Forms of the class's pages. What they cannot know (names taken, ended classes) the services refuse, at the field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from twinbook.gradebook.activities import DESCRIPTION_LENGTH
from twinbook.gradebook.models import NAME_LENGTH, TITLE_LENGTH, Category
from twinbook.sync.models import ConflictPolicy, GradingCompletedRule, Mode, NewItems


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"class": "day"})


class SeenInput(forms.NumberInput):
    """What the page was made from. Not of the type hidden, which keep.js leaves out: when an ended session brings a form
    back, it must come back with what was typed, or an unseen change would be overwritten."""

    is_hidden = True

    def __init__(self) -> None:
        super().__init__(attrs={"hidden": True})


def _points(**more: Any) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "short", "autocomplete": "off"})
    return forms.DecimalField(
        max_digits=12, decimal_places=4, min_value=0, localize=False, widget=widget, **more
    )


class ActivityForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=TITLE_LENGTH)
    category_id = forms.TypedChoiceField(label=_("Category"), coerce=int, empty_value=None, required=False)
    points = _points(label=_("Points"), help_text=_("What a full score is worth."))
    assigned_on = forms.DateField(label=_("Assigned on"), required=False, widget=DayInput())
    due_on = forms.DateField(label=_("Due on"), required=False, widget=DayInput())
    description = forms.CharField(
        label=_("Description"),
        max_length=DESCRIPTION_LENGTH,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    extra_credit = forms.BooleanField(
        label=_("Extra credit"),
        required=False,
        help_text=_("Adds to a student's points and never to the maximum."),
    )
    grading_completed = forms.BooleanField(
        label=_("Grading completed"),
        required=False,
        help_text=_("In Aeries the scores count, and a blank counts as zero."),
    )
    published = forms.BooleanField(
        label=_("Published"), required=False, help_text=_("A draft stays here; Aeries does not get it.")
    )
    version = forms.IntegerField(widget=SeenInput(), required=False)

    def __init__(self, categories: Sequence[Category], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("None")), *((str(row.id), row.name) for row in categories)]
        self.fields["category_id"].choices = choices  # type: ignore[attr-defined]


class CategoryForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
    weight = _points(
        label=_("Weight in percent"),
        required=False,
        help_text=_("Blank: the category carries no weight of its own."),
    )
    drop_lowest = forms.IntegerField(
        label=_("Lowest scores to drop"),
        min_value=0,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short", "autocomplete": "off"}),
    )

    def clean_drop_lowest(self) -> int:
        dropped: int | None = self.cleaned_data["drop_lowest"]
        return dropped or 0


class StudentForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=NAME_LENGTH, help_text=_("First name, then last name.")
    )


class SettingsForm(forms.Form):
    mode = forms.ChoiceField(
        label=_("Syncing"),
        widget=forms.RadioSelect,
        choices=[
            (Mode.SYNC.value, _("On: both gradebooks are kept equal")),
            (Mode.OBSERVE.value, _("Only look: show what would change, change nothing")),
            (Mode.PAUSED.value, _("Paused: scores are saved here and wait")),
        ],
    )
    conflict_policy = forms.ChoiceField(
        label=_("When a score was changed here and in Aeries"),
        widget=forms.RadioSelect,
        choices=[
            (ConflictPolicy.ASK.value, _("Ask")),
            (ConflictPolicy.LMS.value, _("Keep the score from here")),
            (ConflictPolicy.AERIES.value, _("Keep the score from Aeries")),
        ],
        help_text=_("Counts for what arises from now on; the other score stays in the history."),
    )
    new_in_aeries = forms.ChoiceField(
        label=_("A new assignment in Aeries"),
        widget=forms.RadioSelect,
        choices=[
            (NewItems.CREATE.value, _("is created here")),
            (NewItems.ASK.value, _("is asked about")),
            (NewItems.IGNORE.value, _("stays in Aeries")),
        ],
    )
    new_in_lms = forms.ChoiceField(
        label=_("A new activity here"),
        widget=forms.RadioSelect,
        choices=[
            (NewItems.CREATE.value, _("is created in Aeries")),
            (NewItems.ASK.value, _("is asked about")),
            (NewItems.IGNORE.value, _("stays here")),
        ],
    )
    grading_completed = forms.ChoiceField(
        label=_("Grading completed in Aeries"),
        widget=forms.RadioSelect,
        choices=[
            (GradingCompletedRule.BY_HAND.value, _("as I set it")),
            (GradingCompletedRule.WHEN_EVERYONE.value, _("once every student has a value")),
            (GradingCompletedRule.ON_DUE_DATE.value, _("on the due date")),
        ],
        help_text=_(
            "Scores count in Aeries once it is set; every blank then counts as zero. By a rule it is set once for each activity, "
            "and never where a blank would become a zero: then you are asked first. What you switch yourself stands."
        ),
    )
    create_after_seconds = forms.IntegerField(
        label=_("Seconds until a new activity without scores goes to Aeries"),
        min_value=0,
        max_value=86_400,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short"}),
        help_text=_("Time to finish editing. With its first score it goes at once."),
    )
    grace_days = forms.IntegerField(
        label=_("Days after a term's end in which scores still go to Aeries"),
        min_value=0,
        max_value=365,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short"}),
    )

    def add_error(self, field: str | None, error: Any) -> None:
        """The one setting that can be refused as not built yet stands at its field."""
        if field is None and self.cleaned_data.get("grading_completed") != GradingCompletedRule.BY_HAND.value:
            field = "grading_completed"
        super().add_error(field, error)

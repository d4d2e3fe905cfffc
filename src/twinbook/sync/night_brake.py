"""The district's brake over one night: what it counted, what is usual, and whether a wave may be taken over (G1)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from twinbook.core import district_brake
from twinbook.core.district_brake import DistrictLimits, NightCount, TooMuch
from twinbook.district import settings
from twinbook.sync.models import Run, RunKind
from twinbook.sync.night_class import Visit

Json = dict[str, Any]


class NightBrake:
    def __init__(self, synced: int) -> None:
        """`synced`: classes with a live link."""
        self.synced = synced
        self.limits = limits()
        self.usual = district_brake.usual(past_nights(), self.limits)
        self.night = NightCount()
        self.why: TooMuch | None = None

    def waves(self, classes: Sequence[int]) -> list[Sequence[int]]:
        return district_brake.waves(classes, self.limits)

    def count(self, visit: Visit) -> None:
        if visit.counted is not None:
            self.night = self.night.plus(visit.counted, self.limits)

    def stopped(self) -> bool:
        """Judged on the night so far."""
        why = district_brake.too_much(self.night, self.limits, self.usual, self.synced)
        self.why = self.why or why
        return why is not None

    def shown(self) -> Json:
        """Kept in the night's plan: what later nights call usual, and what a person is told."""
        return {
            "classes": self.night.classes,
            "changed_classes": self.night.changed_classes,
            "compared": self.night.compared,
            "losing": self.night.losing,
            "usual_percent": _percent(self.usual),
            "stopped": None if self.why is None else self.why.value,
        }


def limits() -> DistrictLimits:
    brake = settings.get().brake
    numbers = brake["district"]
    return DistrictLimits(
        from_classes=int(numbers["classes"]),
        cells_share=Fraction(numbers["cells_percent"], 100),
        classes_share=Fraction(numbers["classes_percent"], 100),
        usual_share=Fraction(numbers["usual_percent"], 100),
        usual_nights=int(numbers["usual_nights"]),
        wave=int(numbers["wave"]),
        class_cells=int(brake["class"]["cells"]),
    )


def past_nights() -> list[Fraction]:
    """The share of classes that changed in each of the last nights that the brake did not stop, newest first."""
    nights = Run.objects.filter(
        kind=RunKind.NIGHTLY, parent=None, dry_run=False, plan__has_key="brake", plan__brake__stopped=None
    )
    counted = nights.order_by("-id").values_list("plan__brake__changed_classes", "plan__brake__classes")
    return [
        Fraction(changed, classes) for changed, classes in counted[: district_brake.REMEMBERED] if classes
    ]


def _percent(share: Fraction) -> str:
    """One decimal, as text: no floats anywhere."""
    tenths = round(share * 1000)
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)

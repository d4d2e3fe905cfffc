"""axe-core in a page: WCAG 2.2 AA and best practice, no violation let through."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]


@functools.cache
def _script() -> str:
    return SCRIPT.read_text(encoding="utf-8")


def check(page: Page, where: str, *, only_colours: bool = False) -> None:
    """Raises AssertionError with each rule that is broken and where. `only_colours`: another colour scheme of a page
    that was checked whole changes nothing else."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(_script())  # as a debugger would: the page's own policy refuses foreign scripts
    wanted = {"type": "rule", "values": COLOURS} if only_colours else {"type": "tag", "values": TAGS}
    answer: dict[str, Any] = page.evaluate(
        "wanted => axe.run(document, {runOnly: wanted, resultTypes: ['violations']})", wanted
    )
    assert not answer["violations"], f"{where}\n{_told(answer['violations'])}"


def _told(violations: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{rule['id']}: {rule['help']}\n"
        + "\n".join(f"    {node['html'][:200]}\n      {node['failureSummary']}" for node in rule["nodes"][:5])
        for rule in violations
    )

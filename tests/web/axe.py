"""axe-core in a page: WCAG 2.2 AA and best practice, no violation let through."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@functools.cache
def _script() -> str:
    return SCRIPT.read_text(encoding="utf-8")


def check(page: Page, where: str) -> None:
    """Raises AssertionError with each rule that is broken and where."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(_script())  # as a debugger would: the page's own policy refuses foreign scripts
    answer: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", TAGS
    )
    assert not answer["violations"], f"{where}\n{_told(answer['violations'])}"


def _told(violations: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{rule['id']}: {rule['help']}\n"
        + "\n".join(f"    {node['html'][:200]}\n      {node['failureSummary']}" for node in rule["nodes"][:5])
        for rule in violations
    )

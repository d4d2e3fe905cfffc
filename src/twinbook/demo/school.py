"""Both sides as the play uses them: Twinbook over REST, the sandbox as an Aeries teacher sees it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2

Json = dict[str, Any]
PATIENCE_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.05


class CallFailed(Exception):
    """Twinbook or the sandbox refused what the play asked."""

    hint = "This should not happen in a demonstration; please report it."


def asked(answer: httpx2.Response) -> Any:
    if answer.status_code >= 400:
        raise CallFailed(
            f"{answer.request.method} {answer.request.url.path} answered {answer.status_code}: {answer.text}"
        )
    return answer.json() if answer.content else None


def until(what: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Looks again and again until it is true; whatever it was last."""
    deadline = time.monotonic() + seconds
    found = what()
    while not found and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_SECONDS)
        found = what()
    return found


@dataclass
class Twinbook:
    http: httpx2.Client

    def get(self, path: str) -> Any:
        return asked(self.http.get(f"/api/v1{path}"))

    def post(self, path: str, body: Json | None = None) -> Any:
        return asked(self.http.post(f"/api/v1{path}", json=body or {}))

    def patch(self, path: str, body: Json) -> Any:
        return asked(self.http.patch(f"/api/v1{path}", json=body))

    def put(self, path: str, body: Json) -> Any:
        return asked(self.http.put(f"/api/v1{path}", json=body))

    def finished(self, run: Json) -> Json:
        """The run once it has ended."""
        found: Json = until(lambda: self._ended(run["id"]), 300.0)
        return found or run

    def _ended(self, run_id: str) -> Json | None:
        run: Json = self.get(f"/runs/{run_id}")
        return None if run["state"] in ("queued", "running") else run


@dataclass
class Aeries:
    http: httpx2.Client

    def ask(self, method: str, path: str, body: Json | None = None) -> Any:
        return asked(self.http.request(method, f"/sandbox{path}", json=body))

    def gradebook(self, number: int) -> Json:
        found: Json = self.ask("GET", f"/gradebooks/{number}")
        return found

    def assignments(self, number: int) -> list[Json]:
        return [row for row in self.gradebook(number)["assignments"] if not row["deleted"]]

    def mark(self, number: int, title: str, student: int) -> str | None:
        for row in self.assignments(number):
            if row["description"] == title:
                return str(row["scores"].get(str(student), {}).get("mark"))
        return None

    def types(self, number: int, title: str, student: int, mark: str) -> None:
        row = next(row for row in self.assignments(number) if row["description"] == title)
        path = f"/gradebooks/{number}/assignments/{row['assignment_number']}/scores/{student}"
        self.ask("PUT", path, {"mark": mark})

    def titles_twice(self, number: int) -> list[str]:
        titles = [row["description"] for row in self.assignments(number)]
        return sorted({title for title in titles if titles.count(title) > 1})

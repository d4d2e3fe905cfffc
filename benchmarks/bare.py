"""The bare client: sends the very requests that Twinbook sent, one at a time and at the same cap, and does nothing else."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import httpx2

from benchmarks.stage import CERTIFICATE

HEADERS = {"AERIES-CERT": CERTIFICATE, "Accept": "application/json", "Content-Type": "application/json"}


class Bare:
    def __init__(self, url: str) -> None:
        self._http = httpx2.Client(base_url=url, headers=HEADERS, timeout=60)

    def control(self, path: str, body: dict[str, Any]) -> None:
        """A call of the sandbox's control surface that must succeed."""
        answer = self._http.post(f"/sandbox{path}", json=body)
        if answer.status_code >= 300:
            raise RuntimeError(f"the sandbox refused {path}: {answer.text}")

    def close(self) -> None:
        self._http.close()

    def send(self, request: dict[str, Any]) -> float:
        """One logged request again; its seconds. Raises where it does not end as it did before."""
        content = json.dumps(request["body"]).encode() if "body" in request else None
        began = time.perf_counter()
        answer = self._http.request(request["method"], request["path"], content=content)
        seconds = time.perf_counter() - began
        if answer.status_code != request["status"]:
            raise RuntimeError(
                f"{request['method']} {request['path']} answered {answer.status_code}, before {request['status']}"
            )
        return seconds

    def send_all(self, requests: Sequence[dict[str, Any]], rate: int, bucket: int) -> float:
        """All of them, no faster than `rate` a second after the first `bucket`; the seconds of the whole."""
        began = time.perf_counter()
        for position, request in enumerate(requests):
            due = began + max(0, position + 1 - bucket) / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            self.send(request)
        return time.perf_counter() - began

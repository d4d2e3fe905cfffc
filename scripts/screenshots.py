"""Pictures of the pages, from a demonstration district that lives only as long as this takes: `make screenshots`."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page, sync_playwright

from twinbook.cli.demo import ADMINISTRATOR, SCHOOL, prepare
from twinbook.demo import processes
from twinbook.demo.play import Play, answers
from twinbook.demo.school import Aeries, Twinbook, until
from twinbook.demo.talk import Talk

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
LAPTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 780}

Scheme = Literal["light", "dark"]


class Camera:
    def __init__(self, browser: Browser, url: str, password: str) -> None:
        self._browser = browser
        self._url = url
        self._password = password

    def sign_in(self, email: str, scheme: Scheme = "light", size: dict[str, int] = LAPTOP) -> Page:
        viewport: Any = size
        page = self._browser.new_page(
            base_url=self._url,
            viewport=viewport,
            color_scheme=scheme,
            locale="en-US",
            device_scale_factor=1.5,
        )
        page.goto("/accounts/login/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(self._password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/")
        return page


def take(page: Page, path: str, name: str) -> None:
    answer = page.goto(path)
    assert answer is not None and answer.ok, f"{path} answered {answer and answer.status}"
    page.wait_for_selector("html[data-ready]")
    page.screenshot(path=FOLDER / f"{name}.png")
    print(f"  {name}.png", file=sys.stderr)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    password = secrets.token_urlsafe(12)
    talk = Talk()
    with _folder() as folder, _district(folder, password, talk) as (url, twinbook, aeries, environment):
        play = Play(twinbook, aeries, talk)
        play.perform()
        teacher = twinbook.get(f"/classes/{play.class_id}")["teachers"][0]
        processes.command(["user", "set-password", teacher], environment, stdin=password)
        _leave_a_conflict(play)
        other = _begin_a_set_up(twinbook, teacher)
        with sync_playwright() as playwright:
            chromium = os.environ.get("TWINBOOK_CHROMIUM") or shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            camera = Camera(browser, url, password)
            _pictures(camera, teacher, play.class_id, other)
            _answer_the_rest(twinbook, other)
            take(camera.sign_in(teacher), f"/classes/{other}/setup/summary/", "setup-5-summary")
            browser.close()


def _pictures(camera: Camera, teacher: str, joined: str, other: str) -> None:
    page = camera.sign_in(teacher)
    take(page, "/", "home")
    take(page, f"/classes/{joined}/", "class")
    take(page, f"/classes/{joined}/needs-you/", "needs-you")
    take(page, f"/classes/{joined}/history/", "history")
    for step, name in enumerate(("gradebook", "categories", "aeries", "ours"), start=1):
        take(page, f"/classes/{other}/setup/{name}/", f"setup-{step}-{name}")
    take(camera.sign_in(teacher, "dark"), f"/classes/{joined}/", "class-dark")
    take(camera.sign_in(teacher, size=PHONE), f"/classes/{joined}/", "class-phone")
    administrator = camera.sign_in(ADMINISTRATOR)
    take(administrator, "/district/", "district")
    take(administrator, "/runs/", "runs")


def _leave_a_conflict(play: Play) -> None:
    """One question stays open."""
    student = play.students[4]
    settings = f"/classes/{play.class_id}/sync-settings"
    activities = play.twinbook.get(f"/classes/{play.class_id}/activities")["items"]
    activity = next(row for row in activities if row["title"] == "Reading log")
    path = f"/classes/{play.class_id}/activities/{activity['id']}/scores/{student['id']}"
    play.twinbook.patch(settings, {"mode": "paused"})
    play.aeries.types(play.gradebook, "Reading log", student["sis_student_id"], "2.5")
    play.twinbook.put(path, {"score": "4"})
    play.twinbook.patch(settings, {"mode": "sync"})
    until(lambda: play.twinbook.get(f"/classes/{play.class_id}/problems")["items"])


def _begin_a_set_up(twinbook: Twinbook, teacher: str) -> str:
    """Another class of the teacher, read and waiting for answers; its id."""
    for row in twinbook.get("/classes")["items"]:
        if teacher not in row["teachers"] or row["sync_state"] != "not_synced":
            continue
        offers = twinbook.get(f"/classes/{row['id']}/aeries-gradebooks")["items"]
        suitable = [offer for offer in offers if offer["suitable"] and not offer["already_used_by"]]
        if suitable:
            best = max(suitable, key=lambda offer: int(offer["assignments"]))
            _type_twice(twinbook, row["id"])
            body = {"gradebook_number": best["gradebook_number"]}
            twinbook.finished(twinbook.post(f"/classes/{row['id']}/setup", body)["run"])
            return str(row["id"])
    raise LookupError("no class of the teacher is left to set up")


TYPED_TWICE = {
    "Homework 1.1": "10",
    "Homework 1.2": "10",
    "Quiz 1": "25",
    "Unit one test": "100",
    "Reading log": "5",
}


def _type_twice(twinbook: Twinbook, class_id: str) -> None:
    """What stood here before, so that there is something to match, to ask about and to create."""
    category = twinbook.post(f"/classes/{class_id}/categories", {"name": "Homework", "weight": "20"})["id"]
    students = twinbook.get(f"/classes/{class_id}/gradebook")["students"][:3]
    for title, points in TYPED_TWICE.items():
        body = {"title": title, "points": points, "category_id": category}
        activity = twinbook.post(f"/classes/{class_id}/activities", body)["id"]
        scores = [{"student_id": student["id"], "score": "4"} for student in students]
        twinbook.put(f"/classes/{class_id}/activities/{activity}/scores", {"scores": scores})


def _answer_the_rest(twinbook: Twinbook, class_id: str) -> None:
    """First the partners in Aeries: what is matched is no longer left over here."""
    path = f"/classes/{class_id}/setup"
    first = answers(twinbook.get(path))
    twinbook.patch(path, {"categories": first["categories"], "aeries_activities": first["aeries_activities"]})
    left = answers(twinbook.get(path))
    twinbook.patch(path, {"lms_activities": left["lms_activities"]})


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="twinbook-pictures-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _district(
    folder: Path, password: str, talk: Talk
) -> Iterator[tuple[str, Twinbook, Aeries, dict[str, str]]]:
    """A sandbox and an installation joined with it, roster read."""
    environment = processes.environment(folder)
    sandbox = ["aeries_sandbox", "serve", "--seed", "demo", "--port", "0"]
    serve = ["twinbook.cli.main", "serve", "--port", "0"]
    with processes.running(
        sandbox, folder / "sandbox.log", environment, "aeries-sandbox listening"
    ) as aeries_url:
        token = prepare(environment, password, aeries_url)
        with (
            processes.running(serve, folder / "serve.log", environment, "Twinbook is listening") as url,
            processes.client(url, token) as ours,
            processes.client(aeries_url) as theirs,
        ):
            twinbook = Twinbook(ours)
            twinbook.finished(twinbook.post("/roster-sync", {"school_code": int(SCHOOL)}))
            yield url, twinbook, Aeries(theirs), environment


if __name__ == "__main__":
    main()

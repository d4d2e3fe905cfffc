"""Which page answers which address; a form that makes no sense comes back as its page with the reason."""

from collections.abc import Callable
from pathlib import Path

from aeries_sandbox.messages import Request, Response
from aeries_sandbox.page import assignment, gradebook, overview
from aeries_sandbox.page.html import HEADERS, page, see_other, sent
from aeries_sandbox.router import Params, Router
from aeries_sandbox.teacher.acting import NothingThere, NotPossible
from aeries_sandbox.world import World

Show = Callable[[World, Params, str], Response]
Act = Callable[[World, Params, dict[str, str]], str]

_STYLE = (Path(__file__).parent / "style.css").read_bytes()


def _routes() -> tuple[Router[Show], Router[tuple[Act, Show]]]:
    shown: Router[Show] = Router()
    shown.add("GET", "", overview.show)
    shown.add("GET", "gradebooks/{gradebook_number}", gradebook.show)
    shown.add("GET", "gradebooks/{gradebook_number}/assignments/{assignment_number}", assignment.show)
    acts: Router[tuple[Act, Show]] = Router()
    for name, act in gradebook.ACTS.items():
        acts.add("POST", f"gradebooks/{{gradebook_number}}/{name}", (act, gradebook.show))
    for name, act in assignment.ACTS.items():
        acts.add(
            "POST",
            f"gradebooks/{{gradebook_number}}/assignments/{{assignment_number}}/{name}",
            (act, assignment.show),
        )
    return shown, acts


_SHOWN, _ACTS = _routes()


def answer(world: World, request: Request, segments: list[str]) -> Response:
    if segments[:1] == ["style.css"]:
        return Response(200, _STYLE, "text/css; charset=utf-8", dict(HEADERS))
    try:
        if request.method == "GET":
            found = _SHOWN.find("GET", segments)
            if found is None or isinstance(found, list):
                return page("There is no such page", "", 404)
            return found.handler(world, found.params, "")
        act = _ACTS.find("POST", segments)
        if request.method != "POST" or act is None or isinstance(act, list):
            return page("There is no such page", "", 404)
        return _acted(world, request, act.params, *act.handler)
    except NothingThere as error:
        return page("Not there", "", 404, str(error))


def _acted(world: World, request: Request, params: Params, act: Act, show: Show) -> Response:
    try:
        address = act(world, params, sent(request))
    except NotPossible as error:
        response = show(world, params, str(error))
        response.status = 400
        return response
    world.changed = True
    return see_other(address)

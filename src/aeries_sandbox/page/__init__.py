"""The small web page on which a person sees each gradebook as a teacher would."""

from aeries_sandbox.messages import HTML, Request, Response
from aeries_sandbox.world import World


def answer(world: World, request: Request, segments: list[str]) -> Response:
    return Response(200, b"<!DOCTYPE html><title>Aeries sandbox</title>", HTML)

"""`twinbook status`: what works, what waits and what needs a person."""

from typing import Annotated

import typer

from twinbook.cli.output import Ending, end, print_json
from twinbook.sync import status


def command(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """How the whole installation stands."""
    found = status.shown()
    if as_json:
        print_json(found)
    else:
        _tell(found)
    if (
        found["problems"]
        or found["aeries"]["state"] in ("unreachable", "refused")
        or "held" in found["classes"]
        or found["installation"]["state"] == "observing"
        or found["messages"]["undelivered"]
    ):
        end(Ending.NEEDS_PERSON)


def _tell(found: status.Json) -> None:
    if found["installation"]["state"] == "observing":
        print(f"Only observes since {found['installation']['since']}: {found['installation']['why']}")
        print("  It writes nothing until a person confirms: `twinbook database confirm`")
    elif found["district"] is not None and found["district"]["mode"] != "sync":
        print(f"Mode of the district: {found['district']['mode']}")
    aeries = found["aeries"]
    since = f" since {aeries['unreachable_since']}" if aeries["unreachable_since"] else ""
    print(f"Aeries: {aeries['state']}{since} ({aeries['url'] or 'not connected'})")
    classes = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in found["classes"].items())
    print(f"Classes: {classes}")
    for waiting in found["waiting_classes"]:
        print(f"  class {waiting['class_id']} waits: {waiting['why']}")
    if found["messages"]["undelivered"]:
        print(
            f"Messages that cannot be delivered: {found['messages']['undelivered']} ({found['messages']['why']})"
        )
    print(f"Questions for a person: {found['problems']}")
    print(f"Runs under way: {found['runs']['open']}; next night: {found['next_night_at'] or 'not planned'}")

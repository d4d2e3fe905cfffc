"""The documentation page about switches and profiles, made from their declarations."""

from aeries_sandbox.profiles import PROFILES
from aeries_sandbox.switches import DECLARED

_HEAD = """# Switches of the Aeries sandbox

Made by `aeries-sandbox switches --markdown`; do not edit.

What Aeries leaves undocumented is a switch. Set one at the start (`--switch NAME=VALUE`), while it runs
(`POST /sandbox/switches {"NAME": "VALUE"}`) or with a reset (`POST /sandbox/reset {"switches": {...}}`). `N` stands for a
whole number, `TEXT` for any text; `true` and `false` mean `on` and `off`. The last column is the place in the project's
Aeries reference that names the question.

| switch | values | default | what it decides | source |
|---|---|---|---|---|
"""


def switches_page() -> str:
    rows = [
        f"| `{switch.name}` | {', '.join(f'`{value}`' for value in switch.values)} | `{switch.default}` | "
        f"{switch.what} | {switch.source} |\n"
        for switch in DECLARED
    ]
    profiles = [
        f"- `{name}`: {', '.join(f'`{switch}` {value}' for switch, value in settings.items()) or 'all defaults'}\n"
        for name, settings in PROFILES.items()
    ]
    return (
        _HEAD
        + "".join(rows)
        + "\n## Profiles\n\nA profile sets these and leaves the rest at the default.\n\n"
        + "".join(profiles)
    )

"""System info (reference §4): open to everyone, the only place that shows the year in use."""

from aeries_sandbox.api.call import Answer, Call, Json, one

VERSION = "10.26.10.1"
_ZONE_NAMES = {
    "America/Los_Angeles": "(UTC-08:00) Pacific Time (US & Canada)",
    "America/Denver": "(UTC-07:00) Mountain Time (US & Canada)",
    "America/Chicago": "(UTC-06:00) Central Time (US & Canada)",
    "America/New_York": "(UTC-05:00) Eastern Time (US & Canada)",
}


def school_year(start: int) -> str:
    return f"{start}-{start + 1}"


def systeminfo(call: Call) -> Answer:
    world = call.world
    year = next(year for year, database in world.databases.items() if database is call.database)
    now = world.clock.now()
    offset = now.isoformat()[-6:]
    zone = str(world.clock.zone)
    info: Json = {
        "AeriesVersion": VERSION,
        "DatabaseYear": school_year(year),
        "AvailableDatabaseYears": [school_year(known) for known in sorted(world.databases, reverse=True)],
        "LocalTimeZoneName": _ZONE_NAMES.get(zone, zone),
        "CurrentDateTime": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond:06d}0{offset}",
    }
    return one(call, "SystemInfo", info)

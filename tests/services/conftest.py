"""`tests.district_and_sandbox`, found here by pytest."""

from tests.district_and_sandbox import aeries, district, loopback, running_sandbox

__all__ = ["aeries", "district", "loopback", "running_sandbox"]

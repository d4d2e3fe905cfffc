"""How much of the suite runs: the everyday part, or what `make simulate` asks for."""

import os

HISTORIES = int(os.environ.get("SIMULATE_N", "100"))
FIRST_SEED = int(os.environ.get("SIMULATE_SEED", "1"))
EVENTS = int(os.environ.get("SIMULATE_EVENTS", "40"))
SAVES = int(os.environ.get("SAVES_N", "400"))

"""How much of the suite runs: the everyday part, or what `make faces` adds."""

import os

LONG = os.environ.get("FACES", "") == "long"
SEEDS = int(os.environ.get("FACES_SEEDS", "40" if LONG else "1"))
FIRST_SEED = int(os.environ.get("FACES_FIRST_SEED", "1"))
EVERY_BAD_ANSWER = os.environ.get("BAD_ANSWERS", "") == "every"
"""`make bad-answers`: each body of the corpus at each place."""

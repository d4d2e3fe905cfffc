from __future__ import annotations

from collections.abc import Callable

from twinbook.sync.models import Problem

Answer = Callable[[Problem, str, str], None]
"""(question, choice, actor). Runs in the transaction of `problems.resolve`, with the question's row locked. Raises
ProblemChanged or InvalidChoice when it cannot be carried out any more; then nothing is changed."""

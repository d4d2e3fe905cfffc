"""The small web page on which a person sees each gradebook as a teacher would, and edits it. No scripts."""

from aeries_sandbox.page.dispatch import answer

__all__ = ["answer"]

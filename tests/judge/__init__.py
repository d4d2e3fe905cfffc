"""The judge of a history: it knows nothing of the product's code.

A *history* is some time in the life of one class: people type on both sides while requests and workers are lost, then it
is left alone until it rests. Whoever plays one (the simulator, or the real services against the sandbox) writes down what
happened in a `Record`, in plain words, and asks:

    verdict = judge(record)
    assert verdict.wrongs == []          # sentences, each with the cell or item it is about
    verdict.overwritten_in_gap           # typed in Aeries between our read and our write: the stated gap (promise 3)
    verdict.gap_p99()                    # seconds from a reading's beginning to the effect of the write based on it
    verdict.twins_named                  # second assignments that a problem names (promise 2)

What to write down, all of it as values of this package:

- `Record.here`, `.there`: both gradebooks at the beginning, with what both agreed on then, if anything;
- `.typed`: each value that a person typed, on either side, with its instant; a row that Aeries itself blanks because a
  person moved a student counts as typed there;
- `.made`, `.changed`: items that a person made, and items or students of which a person changed something else;
- `.choices`: a stated policy, an answer to a question, a confirmed summary: in its cells an older value may win, with
  a row in the history;
- `.reads`, `.effects`: each complete reading of an assignment's scores, and each write that took effect in Aeries;
- at the end `.end_here`, `.end_there`, `.pairs`, `.history` (in the order in which it was written) and `.problems`;
- then one more run of everything: `.further_writes`, and both gradebooks after it in `.rest_here`, `.rest_there`.

Instants are seconds of one clock, as float; two things never happen at the same instant (add a microsecond). Items and
students have names of the recorder's choice: LMS activities and Aeries assignments each in a name space of their own,
students in a common one. `pairs` says which activity and assignment belong together.

Values are texts. Here: "" (blank), "8.5", "excused", "missing", "incomplete", anything else is a mark of Aeries shown as it
stands. There: the mark of the row as a teacher sees it: "", "8.5000", "95%", "NA".
"""

from tests.judge.record import (
    AERIES,
    LMS,
    Cell,
    Changed,
    Choice,
    Effect,
    Here,
    Made,
    Moved,
    Problem,
    Read,
    Record,
    Row,
    There,
    Typed,
)
from tests.judge.verdict import Verdict, judge

__all__ = [
    "AERIES",
    "LMS",
    "Cell",
    "Changed",
    "Choice",
    "Effect",
    "Here",
    "Made",
    "Moved",
    "Problem",
    "Read",
    "Record",
    "Row",
    "There",
    "Typed",
    "Verdict",
    "judge",
]

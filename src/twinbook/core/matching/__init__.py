"""Proposals for set-up, and likely partners before every create. Pure and deterministic.

`propose` looks at two whole gradebooks, `likely_partners` at one new item. Scores are evidence here and
are compared as floats; nothing computed in this package is ever stored as a grade.
"""

from twinbook.core.matching.exchange import as_json, propose_line, read_class
from twinbook.core.matching.items import LmsActivity, LmsCategory, SisAssignment, SisCategory
from twinbook.core.matching.names import read_title
from twinbook.core.matching.partners import likely_partners
from twinbook.core.matching.proposals import (
    ActivityProposal,
    CategoryProposal,
    Confidence,
    Doubt,
    Partner,
    Proposals,
)
from twinbook.core.matching.propose import propose

__all__ = [
    "ActivityProposal",
    "CategoryProposal",
    "Confidence",
    "Doubt",
    "LmsActivity",
    "LmsCategory",
    "Partner",
    "Proposals",
    "SisAssignment",
    "SisCategory",
    "as_json",
    "likely_partners",
    "propose",
    "propose_line",
    "read_class",
    "read_title",
]

"""The figures must not fall. Floors lie below what was reached and above the aims."""

import json

import pytest
from matching_scoring import Figures, held_out, load_classes, pooled, score_class

from twinbook.core.matching import propose_line


@pytest.fixture(scope="module")
def figures() -> dict[str, Figures]:
    scores = [score_class(data, json.loads(propose_line(json.dumps(data)))) for data in load_classes()]
    return {
        "all": pooled(scores),
        "worked on": pooled(s for s in scores if not held_out(s.class_id)),
        "held out": pooled(s for s in scores if held_out(s.class_id)),
    }


@pytest.mark.parametrize("part", ["all", "worked on", "held out"])
def test_sure_proposals_are_right(figures: dict[str, Figures], part: str) -> None:
    reached = figures[part]
    assert reached.wrong_sure == 0
    assert reached.recall_sure is not None
    assert reached.recall_sure >= 0.93


@pytest.mark.parametrize("part", ["all", "worked on", "held out"])
def test_all_proposals_are_nearly_all_right(figures: dict[str, Figures], part: str) -> None:
    reached = figures[part]
    assert reached.used_twice == 0
    assert reached.precision_all is not None
    assert reached.recall_all is not None
    assert reached.precision_all >= 0.99
    assert reached.recall_all >= 0.985


@pytest.mark.parametrize("part", ["all", "worked on", "held out"])
def test_categories_are_right(figures: dict[str, Figures], part: str) -> None:
    reached = figures[part]
    assert reached.category_precision is not None
    assert reached.category_recall is not None
    assert reached.category_precision >= 0.99
    assert reached.category_recall >= 0.95


def test_name_style_and_truth_of_a_class_are_not_read() -> None:
    for data in load_classes()[:10]:
        plain = json.loads(propose_line(json.dumps(data)))
        blind = {
            key: value
            for key, value in data.items()
            if key not in ("subject", "style", "truth", "category_truth", "unmatched_lms", "unmatched_sis")
        }
        answer = json.loads(propose_line(json.dumps({**blind, "class_id": "x"})))
        assert answer["class_id"] == "x"
        assert (answer["proposals"], answer["categories"]) == (plain["proposals"], plain["categories"])

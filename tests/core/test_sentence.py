"""Sentences: English as they stand, and put together again from what was kept of them."""

import copy
import json
import pickle

import pytest

from twinbook.core.sentence import Sentence, counted, joined, sentence, stored, unstored


def test_a_sentence_is_its_english_text() -> None:
    said = sentence("%(name)s has %(points)s points", name="Maps", points=20)
    assert said == "Maps has 20 points"
    assert (said.text, dict(said.filling)) == (
        "%(name)s has %(points)s points",
        {"name": "Maps", "points": 20},
    )


def test_a_text_without_gaps_may_hold_a_percent_sign() -> None:
    assert sentence("100 % of it") == "100 % of it"
    assert sentence("%(share)s %% of it", share=5) == "5 % of it"


@pytest.mark.parametrize(("count", "said"), [(0, "0 items"), (1, "1 item"), (2, "2 items")])
def test_a_count_chooses_the_form(count: int, said: str) -> None:
    assert counted("1 item", "%(count)s items", count) == said


def test_joined_leaves_blanks_out_and_keeps_each_part() -> None:
    both = joined([sentence("One."), "", sentence("Two %(what)s.", what="100 %")])
    assert both == "One. Two 100 %."
    assert [type(part) for part in both.filling.values()] == [Sentence, Sentence]


@pytest.mark.parametrize(
    "text",
    [
        sentence("Plain."),
        sentence("%(a)s in %(b)s", a=sentence("one of %(of)s", of=3), b="a name with %(gap)s in it"),
        counted("1 item of %(where)s", "%(count)s items of %(where)s", 4, where="Maps"),
    ],
)
def test_what_was_kept_is_the_same_sentence_again(text: Sentence) -> None:
    shown = {"message": text, "items": [text, 1, None], "text": "no sentence"}
    again = unstored(json.loads(json.dumps(stored(shown))))
    assert again == shown
    for found in (again["message"], copy.deepcopy(text), pickle.loads(pickle.dumps(text))):  # type: ignore[index]
        assert (found, found.text, found.plural, dict(found.filling)) == (
            text,
            text.text,
            text.plural,
            dict(text.filling),
        )

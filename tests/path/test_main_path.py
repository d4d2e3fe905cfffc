"""The main job on real parts: join, push, pull, force."""

from __future__ import annotations

import json

import pytest

from tests.path.conftest import Class

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_class_is_joined_a_score_arrives_and_a_change_comes_back(school_class: Class) -> None:
    aeries, book = school_class.aeries, school_class.gradebook
    print(json.dumps(aeries.truth(book))[:1500])
    draft = school_class.draft()
    print(json.dumps(draft)[:3000])
    done = school_class.join()
    print(done.counts)
    from twinbook.sync import overview, problems
    school_class.look()
    print(overview.class_sync(school_class.id))
    print(problems.of_class(school_class.id))
    from twinbook.sync.models import CategoryPair
    category = CategoryPair.objects.filter(category__isnull=False).first().category_id
    quiz = school_class.activity("Quiz on rivers", "10", category_id=category)
    s = school_class.students()[0]
    school_class.save(quiz, s, "8.5")
    aeries.forget()
    school_class.look()
    print([(r["method"], r["path"], r["status"]) for r in aeries.requests()])
    print(problems.of_class(school_class.id))
    assert aeries.mark(book, "Quiz on rivers", s) == "8.5"
    school_class.save(quiz, s, "9")
    aeries.forget()
    school_class.look()
    print([(r["method"], r["path"], r["status"]) for r in aeries.requests()])
    assert aeries.mark(book, "Quiz on rivers", s) == "9"
    number = aeries.assignment(book, "Quiz on rivers")["assignment_number"]
    aeries.types(book, number, s, "7.25")
    run = school_class.force()
    print(run.state, run.error, run.counts)
    print(overview.class_sync(school_class.id))
    aeries.forget()
    run = school_class.force()
    print(run.counts, [(r["method"], r["path"], r["status"]) for r in aeries.requests()])
    assert 0

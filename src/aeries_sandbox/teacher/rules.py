"""A teacher sets rules and transfer grades (behaviour §6.4, §6.6)."""

from copy import deepcopy

from aeries_sandbox.assignments import has_category
from aeries_sandbox.model import Gradebook, Rule, TransferGrade
from aeries_sandbox.teacher.acting import NotPossible, spread, the_gradebook, the_member
from aeries_sandbox.world import World


def set_rules(world: World, gradebook_number: int, rules: list[Rule]) -> Gradebook:
    """Replaces the rules, in the whole linked group."""
    gradebook = the_gradebook(world, gradebook_number)
    numbers = [rule.number for rule in rules]
    if len(set(numbers)) != len(numbers):
        raise NotPossible("a rule number stands twice")
    for rule in rules:
        _check_rule(gradebook, rule)
    for member in spread(world, gradebook):
        member.rules = deepcopy(rules)
    return gradebook


def set_transfer_grades(world: World, gradebook_number: int, grades: list[TransferGrade]) -> Gradebook:
    """Replaces the transfer grades; the percentage must be above 0."""
    gradebook = the_gradebook(world, gradebook_number)
    for grade in grades:
        the_member(gradebook, grade.student_id)
        if grade.percent <= 0 or any(percent <= 0 for percent in grade.by_category.values()):
            raise NotPossible("a transfer grade is more than 0 percent")
        for code in grade.by_category:
            if not has_category(gradebook, code):
                raise NotPossible(f"there is no category {code!r}")
    gradebook.transfer_grades = grades
    return gradebook


def _check_rule(gradebook: Gradebook, rule: Rule) -> None:
    if rule.number < 1 or rule.drop < 1:
        raise NotPossible("a rule has a number and drops at least one score")
    if rule.category_code is not None and not has_category(gradebook, rule.category_code):
        raise NotPossible(f"there is no category {rule.category_code!r}")

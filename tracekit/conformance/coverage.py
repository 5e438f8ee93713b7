"""Coverage, both ways: each requirement has its cases or a reason why not; each case shows a requirement."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tracekit.conformance.cases import Case
from tracekit.conformance.requirements import Requirement


class Covered(NamedTuple):
    """A requirement with the cases that show it."""

    requirement: Requirement
    positive: tuple[str, ...]
    negative: tuple[str, ...]


def coverage(requirements: Mapping[str, Requirement], cases: Mapping[str, Case]) -> list[Covered]:
    """Each requirement with its cases, in the order of the table."""
    return [
        Covered(
            one,
            tuple(case.id for case in cases.values() if one.id in case.verifies and case.kind == "positive"),
            tuple(case.id for case in cases.values() if one.id in case.verifies and case.kind == "negative"),
        )
        for one in requirements.values()
    ]


def lacking(covered: list[Covered]) -> Iterator[tuple[str, str]]:
    """Requirements that decide and are not shown as they must be, with what is missing; tested ones that give a reason not to be."""
    for one in covered:
        requirement = one.requirement
        if one.positive and requirement.not_tested:
            yield requirement.id, "has a positive case and a reason to have none"
        if not requirement.binds or requirement.not_tested:
            continue
        if not one.positive:
            yield requirement.id, "no positive case"
        if requirement.refusal and not one.negative:
            yield requirement.id, "no negative case"

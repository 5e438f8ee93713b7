"""The tests of the kit are tested: mutants for every requirement, and a sample of them is caught on every run."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from mutants import senders
from mutants.score import ALL, sample, score
from mutants.stage import Stage, stage

from tracekit.conformance.cases import load_cases
from tracekit.conformance.client_scenarios import load_scenarios

NUMBER, SEED = 24, 20261120

pytestmark = pytest.mark.wire


@pytest.fixture(scope="module")
def town() -> Iterator[Stage]:
    """The true platform and the kit beside it."""
    with stage() as made:
        yield made


def test_every_requirement_with_cases_has_a_mutant() -> None:
    cases = [*load_cases()[0].values(), *(one.case for one in load_scenarios().values())]
    assert {requirement for case in cases for requirement in case.verifies} == {one.requirement for one in ALL}


def test_each_case_that_must_catch_a_mutant_is_one_that_shows_a_requirement() -> None:
    known = {*load_cases()[0], *load_scenarios()}
    assert all(one.caught_by and known.issuperset(one.caught_by) for one in ALL)


def test_the_true_platform_and_the_true_sender_pass(town: Stage) -> None:
    assert {id_: one.result for id_, one in town.play().items() if one.result != "pass"} == {}
    with tempfile.TemporaryDirectory() as folder:
        assert {one["result"] for one in senders.judged(senders.honest, Path(folder))[1:-1]} == {"pass"}


@pytest.mark.parametrize("mutant", sample(NUMBER, SEED), ids=lambda one: f"{one.requirement}: {one.how}")
def test_a_mutant_is_caught(town: Stage, mutant: object) -> None:
    assert score(town, mutant, all_cases=False).missed == ()  # pyright: ignore[reportArgumentType]  a row of the table

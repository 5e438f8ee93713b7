"""Cases: how a requirement is shown, told in YAML; their ids are permanent.

A file `cases/<area>.yaml` holds one case a document. `ids.lock` lists every id that ever was, with what became of removed
ones (`removed`), so that an id never comes to mean something else.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracekit.conformance.matching import unknown_operators
from tracekit.conformance.requirements import Requirement, national, read_requirements
from tracekit.errors import SpecError

KINDS = ("positive", "negative")
STEPS = ("package", "send", "call", "read", "alter", "need")
RESERVED = frozenset(("run", "case", "serial", "number", "day", "now", "before", "describe", "me", "sums", *"abcdefgh"))
KEYS = frozenset(("id", "title", "verifies", "kind", "tags", "applies", "steps", "note"))


@dataclass(frozen=True)
class Case:
    """One case: what it verifies, to whom it applies and its steps."""

    id: str
    title_zh: str
    title_en: str
    verifies: tuple[str, ...]
    kind: str
    tags: tuple[str, ...]
    applies: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    area: str

    def binds(self, requirements: Mapping[str, Requirement]) -> bool:
        """It shows a requirement that decides whether a system conforms."""
        return any(requirements[one].binds for one in self.verifies)


def load_cases(folder: Path | None = None) -> tuple[dict[str, Case], dict[str, Any]]:
    """Every case by its id, and the payloads that they name.

    Raises:
        SpecError: a case is malformed, verifies what is no requirement, or its id is not in `ids.lock`; file and case are named.
    """
    import yaml  # an extra: whoever embeds the SDK has no need of it

    root = (folder or national()) / "cases"
    requirements = read_requirements(folder)
    cases: dict[str, Case] = {}
    for path in sorted(root.glob("*.yaml")):
        if path.name == "payloads.yaml":
            continue
        for at, told in enumerate(yaml.safe_load_all(path.read_text("utf-8")), 1):
            try:
                case = _case(told, path.stem, requirements)
            except (ValueError, KeyError, TypeError) as problem:
                raise fault(path, f"case {at}: {problem}") from None
            if case.id in cases:
                raise fault(path, f"{case.id} stands twice")
            cases[case.id] = case
    check_lock(root / "ids.lock", cases)
    return cases, yaml.safe_load((root / "payloads.yaml").read_text("utf-8"))


def _case(told: Mapping[str, Any], area: str, requirements: Mapping[str, Requirement]) -> Case:
    for problem in _problems(told, requirements):
        raise ValueError(problem)
    return Case(
        told["id"],
        told["title"]["zh"],
        told["title"]["en"],
        tuple(told["verifies"]),
        told["kind"],
        tuple(told.get("tags", ())),
        told.get("applies", {}),
        tuple(told["steps"]),
        area,
    )


def _problems(told: Mapping[str, Any], requirements: Mapping[str, Requirement]) -> Iterator[str]:
    name = told.get("id", "?")
    if unknown := sorted(told.keys() - KEYS):
        yield f"{name}: unknown {', '.join(unknown)}"
    if told["kind"] not in KINDS:
        yield f"{name}: kind {told['kind']!r} is not one of {', '.join(KINDS)}"
    yield from (f"{name}: no requirement {one}" for one in told["verifies"] if one not in requirements)
    for at, step in enumerate(told["steps"], 1):
        if len(names := [one for one in STEPS if one in step]) != 1:
            yield f"{name}: step {at} is not exactly one of {', '.join(STEPS)}: {sorted(step)}"
        if step.get("as", step.get("package", step.get("alter"))) in RESERVED:
            yield f"{name}: step {at} takes a name that templates have"
        yield from (f"{name}: step {at}: no operator {one}" for one in unknown_operators(step.get("expect")))
        if told["kind"] == "negative" and at == len(told["steps"]) and "code" not in step.get("expect", {}) and "need" not in names:
            yield f"{name}: a negative case ends with the code that must come"


def check_lock(path: Path, cases: Mapping[str, Any]) -> None:
    """See that every id is locked, and that none is gone or has come back.

    Raises:
        SpecError: it is not so.
    """
    states = dict(read_lock(path))
    if new := sorted(cases.keys() - states.keys()):
        raise fault(path, f"not locked: {', '.join(new)}")
    if back := sorted(one for one in cases if states[one]):
        raise fault(path, f"removed ids may not come back: {', '.join(back)}")
    if lost := sorted(one for one, state in states.items() if not state and one not in cases):
        raise fault(path, f"gone without a tombstone: {', '.join(lost)}")


def read_lock(path: Path) -> Iterable[tuple[str, str]]:
    """Ids with what became of them; empty while they are in use."""
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            id_, _, state = line.partition(" ")
            yield id_, state.strip()


def fault(path: Path, problem: str) -> SpecError:
    """The error of a table of cases."""
    return SpecError(f"{path}: {problem}", code="TK-SPEC-003", params={"file": str(path), "problem": problem})

"""Looks through JSON-shaped trees that no table describes: lexical rules and depth, without recursion."""

from typing import Any

from tracekit.findings import Finding
from tracekit.spec import lexical
from tracekit.trees import is_array, is_object

SHOWN = 60
NAMES: dict[str, str] = {
    "dict": "object",
    "list": "array",
    "str": "text",
    "bool": "boolean",
    "int": "integer",
    "float": "number",
    "NoneType": "null",
}


def type_name(value: Any) -> str:
    """The JSON word for a value's type."""
    name: str = value.__class__.__name__
    return NAMES.get(name, name)


def clean(text: Any) -> str:
    """A text that can stand in a finding: shortened, without control characters or lone surrogates."""
    short = str(text)[:SHOWN] if isinstance(text, str) else type_name(text)
    return "".join(one if one.isprintable() else "?" for one in short)


def scan(path: str, value: Any, depth: int) -> list[Finding]:
    """Findings of the lexical rules in a tree; `depth` is how deep its root stands in the record."""
    found: list[Finding] = []
    waiting = [(path, value, depth)]
    while waiting:
        here, one, level = waiting.pop()
        if is_object(one) or is_array(one):
            below = _below(here, one, level, found)
            waiting += reversed(below)
        else:
            code = scalar_fault(one)
            if code:
                found.append(Finding(code, path=here, params=_params(code, one)))
    return found


def _below(path: str, tree: Any, depth: int, found: list[Finding]) -> list[tuple[str, Any, int]]:
    if not tree:
        found.append(Finding("TK-REC-006", path=path))
        return []
    if depth >= lexical.MAX_DEPTH:
        found.append(Finding("TK-REC-025", path=path, params={"limit": str(lexical.MAX_DEPTH)}))
        return []
    if is_array(tree):
        return [(f"{path}.{at}", one, depth + 1) for at, one in enumerate(tree, 1)]
    for key in tree:
        fault = lexical.key_fault(key) if isinstance(key, str) else "TK-REC-026"
        if fault:
            found.append(Finding(fault, path=f"{path}.{clean(key)}"))
    return [(f"{path}.{clean(key)}", one, depth + 1) for key, one in tree.items()]


def scalar_fault(value: Any) -> str:
    """The finding code of a scalar that no table describes, or empty text."""
    if value is None:
        return "TK-REC-004"
    if type(value) is bool:
        return ""
    if type(value) is int:
        return "" if -lexical.SAFE_INTEGER < value < lexical.SAFE_INTEGER else "TK-REC-007"
    if type(value) is not str:
        return "TK-REC-005" if type(value) is float else "TK-REC-001"
    if len(value) > lexical.MAX_TEXT:
        return "TK-REC-013"
    return lexical.text_fault(value, note=True)


def _params(code: str, value: Any) -> dict[str, str]:
    if code == "TK-REC-013":
        return {"length": str(len(value)), "limit": str(lexical.MAX_TEXT)}
    if code == "TK-REC-007":
        return {"low": "-(2^53-1)", "high": "2^53-1"}
    return {"expected": "JSON", "found": type_name(value)} if code == "TK-REC-001" else {}

"""Whether a message has the structure of its operation: libxml2 says yes or no, xmlschema says where and why."""

from collections.abc import Mapping
from importlib.util import find_spec

from tracekit.spec.parts import NAMESPACE, Action, actions
from tracekit.spec.sets import Kind
from tracekit.spec.write_xsd import structure_xsd
from tracekit.wire._xml import Element, etree

LONGEST = 500


class Structure:
    """The structure schema over some kinds. It keeps the log of its last validation: one thread at a time."""

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._kinds = kinds
        self._schema = etree.XMLSchema(etree.fromstring(structure_xsd(actions().values(), kinds.values()).encode()))

    def fault(self, content: Element) -> str:
        """What is wrong with an element, as libxml2 says it; empty if it is valid."""
        return "" if self._schema.validate(content) else _short(self._schema.error_log[0].message)

    def explain(self, content: Element, action: Action) -> str:
        """Where and why, from a schema of this operation and the kinds that stand in the message; empty without xmlschema."""
        if find_spec("xmlschema") is None:
            return ""
        import xmlschema

        named = {_short(str(one.tag)) for one in content.iter()}
        kinds = [kind for id_, kind in self._kinds.items() if id_ in named]
        schema = xmlschema.XMLSchema10(structure_xsd([action], kinds), allow="none")
        error = next(schema.iter_errors(content), None)
        return _short(f"{error.path}: {error.reason}") if error else ""


def _short(text: str) -> str:
    return text.replace(f"{{{NAMESPACE}}}", "").replace("tk:", "")[:LONGEST]

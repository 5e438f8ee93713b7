"""One EPCIS event becomes one flat record: who, what, when, where, with which papers.

Source: EPCIS 2.0 section 7.4. What has no place in the record stays under `extension.epcis` with its own name.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from tracekit.findings import Finding, Level
from tracekit_epcis._identifiers import name_thing
from tracekit_epcis._values import digest, is_list, is_object, is_offset, wire_number, wire_text, wire_time, wire_value
from tracekit_epcis._vocabulary import is_word, short, words
from tracekit_epcis.config import EpcisConfig

Tree = dict[str, Any]


class Shape(NamedTuple):
    """How one type of event says what it is about: lists of identifiers and of quantities, each with its role."""

    kind: str
    epcs: Mapping[str, str]
    quantities: Mapping[str, str]


SHAPES: dict[str, Shape] = {
    "ObjectEvent": Shape("object", {"epcList": "object"}, {"quantityList": "object"}),
    "AggregationEvent": Shape("aggregation", {"parentID": "parent", "childEPCs": "child"}, {"childQuantityList": "child"}),
    "AssociationEvent": Shape("association", {"parentID": "parent", "childEPCs": "child"}, {"childQuantityList": "child"}),
    "TransactionEvent": Shape("transaction", {"parentID": "parent", "epcList": "object"}, {"quantityList": "object"}),
    "TransformationEvent": Shape(
        "transformation",
        {"inputEPCList": "input", "outputEPCList": "output"},
        {"inputQuantityList": "input", "outputQuantityList": "output"},
    ),
}
ACTIONS = ("OBSERVE", "ADD", "DELETE")
_ALWAYS = {"@context", "id", "type", "eventTime", "recordTime", "eventTimeZoneOffset", "eventID", "certificationInfo"} | {
    "errorDeclaration", "bizStep", "disposition", "persistentDisposition", "readPoint", "bizLocation", "bizTransactionList",
    "sourceList", "destinationList", "sensorElementList",
}  # fmt: skip
_ALSO = {
    "ObjectEvent": {"action", "ilmd"},
    "TransformationEvent": {"transformationID", "ilmd"},
}
# these stand at their own place in the record; the rest is kept in the extension
_PLACED = {"@context", "id", "type", "eventTime", "eventTimeZoneOffset", "recordTime", "eventID", "action", "bizStep", "disposition"}
_VOCABULARY = {"bizStep": "biz_step", "disposition": "disposition"}
_NOT_IN_KEY = {"@context", "id", "eventID", "recordTime", "errorDeclaration"}
_SENSOR_VALUES = {"value": "", "minValue": ".min", "maxValue": ".max", "meanValue": ".mean"}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MEASURED = re.compile(r"[a-z][a-z0-9_.-]{0,57}")


def _listed(tree: Tree, field: str) -> list[Any]:
    """A list, or the one value that stands alone in its place."""
    value = tree.get(field, [])
    return value if is_list(value) else [value]


class EventReading:
    """Reads one event; `found` collects what is wrong with it."""

    def __init__(self, tree: Tree, where: str, prefixes: Mapping[str, str]) -> None:
        self.tree = tree
        self.where = where
        self.prefixes = prefixes
        self.found: list[Finding] = []
        self.shape = SHAPES[tree["type"]]

    def add(self, code: str, level: Level = "error", **params: Any) -> None:
        """Remark on the event."""
        texts = {name: wire_text(str(value))[:100] for name, value in params.items()}
        self.found.append(Finding(code, level, params=texts, where=self.where))

    def record(self, config: EpcisConfig, created: str) -> Tree:
        """The flat record; only to be used if no finding is an error."""
        offset = self._offset()
        time = self._time("eventTime", self.tree.get("eventTime"), offset)
        recorded = wire_time(self.tree.get("recordTime")) or created or time
        self._check_form()
        party, counterparty = self._parties(config.party)
        record: Tree = {
            "kind": f"core.{self.shape.kind}_event",
            **self._identity(),
            "origin": config.origin,
            "reporter": config.reporter,
            "time": time,
            "recorded_at": recorded,
            "category": config.category,
            "region": config.region,
            "shape": self.shape.kind,
            "party": party,
            "counterparty": counterparty,
            "place": self._place() or config.place,
            "items": self._items(),
            "documents": self._documents(),
            "measurements": list(self._measurements(offset)),
            "extension": self._extension(),
        }
        return {name: value for name, value in record.items() if value not in ("", [], {})}

    # ---- form

    def _offset(self) -> str:
        offset = self.tree.get("eventTimeZoneOffset")
        if is_offset(offset):
            return str(offset)
        if offset is None:
            self.add("TK-EPCIS-005", field="eventTimeZoneOffset")
        else:
            self.add("TK-EPCIS-006", field="eventTimeZoneOffset", value=offset, expected="±hh:mm")
        return ""

    def _time(self, field: str, value: Any, offset: str = "") -> str:
        time = wire_time(value, offset)
        if value is None:
            self.add("TK-EPCIS-005", field=field)
        elif not time:
            self.add("TK-EPCIS-007", field=field, value=value)
        return time

    def _check_form(self) -> None:
        type_ = self.tree["type"]
        known = _ALWAYS | _ALSO.get(type_, {"action"}) | self.shape.epcs.keys() | self.shape.quantities.keys()
        self._names("", self.tree, known)
        if type_ != "TransformationEvent" and self.tree.get("action") not in ACTIONS:
            self.add("TK-EPCIS-006", field="action", value=self.tree.get("action"), expected=" ".join(ACTIONS))
        lists = (*self.shape.epcs, *self.shape.quantities, "sensorElementList", "transformationID")
        if not any(name in self.tree for name in lists):
            self.add("TK-EPCIS-010")
        for field, table in _VOCABULARY.items():
            self._word(field, table, self.tree.get(field))
        self._check_parts()

    def _check_parts(self) -> None:
        for one in self._listed("certificationInfo"):
            if not isinstance(one, str) or ":" not in one:
                self.add("TK-EPCIS-006", field="certificationInfo", value=one, expected="URI")
        for name in self._object("ilmd"):
            if ":" not in name:
                self.add("TK-EPCIS-008", field=f"ilmd.{name}")
        if "recordTime" in self.tree:
            self._time("recordTime", self.tree["recordTime"])
        persistent = self._object("persistentDisposition")
        for value in [one for part in persistent.values() if is_list(part) for one in part]:
            self._word("persistentDisposition", "disposition", value)
        if "errorDeclaration" in self.tree:
            declared = self._object("errorDeclaration")
            self._names("errorDeclaration.", declared, {"declarationTime", "reason", "correctiveEventIDs"})
            self._time("errorDeclaration.declarationTime", declared.get("declarationTime"))
            self._word("errorDeclaration.reason", "error_reason", declared.get("reason"))

    def _names(self, prefix: str, tree: Tree, known: Iterable[str], *, extensible: bool = True) -> None:
        for name in tree:
            if name not in known and not (extensible and ":" in name):
                self.add("TK-EPCIS-008", field=prefix + name)

    def _word(self, field: str, table: str, value: Any) -> None:
        if value is not None and not (isinstance(value, str) and is_word(table, value)):
            self.add("TK-EPCIS-009", field=field, value=value)

    def _object(self, field: str) -> Tree:
        value = self.tree.get(field, {})
        if is_object(value):
            return value
        self.add("TK-EPCIS-006", field=field, value=value, expected="object")
        return {}

    def _listed(self, field: str) -> list[Any]:
        return _listed(self.tree, field)

    def _objects(self, field: str, known: Iterable[str], *, extensible: bool = False) -> list[Tree]:
        """The objects of a list, each with no other names than the standard's."""
        objects: list[Tree] = []
        for one in self._listed(field):
            if is_object(one):
                self._names(f"{field}.", one, known, extensible=extensible)
                objects.append(one)
            else:
                self.add("TK-EPCIS-006", field=field, value=one, expected="object")
        return objects

    def _uri(self, field: str, value: Any) -> str:
        """An identifier with its prefix written out (`ex:7` by the document's own context; nothing is fetched)."""
        if not isinstance(value, str) or not value.strip():
            self.add("TK-EPCIS-006", field=field, value=value, expected="URI")
            return ""
        prefix, colon, rest = value.partition(":")
        return self.prefixes[prefix] + rest if colon and prefix in self.prefixes else value

    # ---- content

    def _identity(self) -> Tree:
        """The event id is the key; an error declaration is the second revision of the event that it takes back."""
        id_ = self._event_id()
        key = id_ if isinstance(id_, str) and 0 < len(id_) <= 128 and id_.isascii() and id_.isprintable() else ""
        if not key:
            counted = {"id": id_} if id_ else {name: value for name, value in self.tree.items() if name not in _NOT_IN_KEY}
            key = f"sha256:{digest(counted)}"
        declared = self.tree.get("errorDeclaration")
        if not is_object(declared):
            return {"key": key, "revision": 1, "action": "new"}
        reason = short(str(declared.get("reason", "")))
        corrected = [str(one) for one in _listed(declared, "correctiveEventIDs")]
        return {"key": key, "revision": 2, "action": "void", "reason": wire_text(" ".join([reason, *corrected]))[:500]}

    def _event_id(self) -> Any:
        return self.tree.get("eventID") or self.tree.get("id")

    def _parties(self, otherwise: str) -> tuple[str, str]:
        sources = self._ends("sourceList", "source")
        destinations = self._ends("destinationList", "destination")
        for type_ in ("owning_party", "possessing_party"):
            if type_ in sources or type_ in destinations:
                return sources.get(type_, otherwise), destinations.get(type_, "")
        return otherwise, ""

    def _ends(self, field: str, name: str) -> dict[str, str]:
        ends: dict[str, str] = {}
        for one in self._objects(field, {"type", name}):
            self._word(f"{field}.type", "source_dest_type", one.get("type", ""))
            ends.setdefault(short(str(one.get("type"))), self._ref(f"{field}.{name}", one.get(name)))
        return {type_: ref for type_, ref in ends.items() if ref}

    def _ref(self, field: str, value: Any) -> str:
        uri = self._uri(field, value)
        thing = name_thing(uri) if uri else None
        return (thing.ref or thing.product) if thing else ""

    def _place(self) -> str:
        for field in ("readPoint", "bizLocation"):
            if field in self.tree:
                ref = self._ref(f"{field}.id", self._object(field).get("id"))
                if ref:
                    return ref
        return ""

    def _items(self) -> list[Tree]:
        items: list[Tree] = []
        for field, role in self.shape.epcs.items():
            items += [self._item(role, field, one) for one in self._listed(field)]
        for field, role in self.shape.quantities.items():
            for one in self._objects(field, {"epcClass", "quantity", "uom"}):
                items.append({**self._item(role, f"{field}.epcClass", one.get("epcClass")), **self._quantity(one)})
        if not items:
            # a sensor's report alone is about the place: the record needs a line
            items.append({"role": "object"})
        return [{"line": line, **item} for line, item in enumerate(items, 1)]

    def _item(self, role: str, field: str, value: Any) -> Tree:
        uri = self._uri(field, value)
        thing = name_thing(uri) if uri else None
        item = {"role": role, "ref": thing.ref if thing else "", "product": thing.product if thing else ""}
        return {name: text for name, text in item.items() if text}

    def _quantity(self, element: Tree) -> Tree:
        """Value, unit and basis; without a unit it is a count."""
        if "quantity" not in element:
            return {}
        value, code = wire_number(element["quantity"]), str(element.get("uom", "EA"))
        unit = words("uom").get(code, {})
        if isinstance(element["quantity"], str | bool | list | dict) or element["quantity"] is None:
            self.add("TK-EPCIS-006", field="quantity", value=element["quantity"], expected="number")
        elif not value:
            self.add("TK-EPCIS-012", "warning", value=element["quantity"])
        elif not unit.get("basis"):
            self.add("TK-EPCIS-011", "warning", unit=code)
        else:
            return {"quantities": [{"value": value, "unit": unit["unit"], "basis": unit["basis"]}]}
        return {"extension": {name: wire_value(one) for name, one in element.items() if name != "epcClass" and one is not None}}

    def _documents(self) -> list[Tree]:
        documents: list[Tree] = []
        for one in self._objects("bizTransactionList", {"type", "bizTransaction"}):
            type_ = one.get("type")
            self._word("bizTransactionList.type", "biz_transaction_type", type_)
            row = words("biz_transaction_type").get(short(str(type_)), {})
            ref = self._ref("bizTransactionList.bizTransaction", one.get("bizTransaction"))
            documents.append({"type": row.get("document_type", "other"), "ref": ref, "direction": "in"})
        return documents

    def _measurements(self, offset: str) -> Iterable[Tree]:
        for element in self._objects("sensorElementList", {"type", "sensorMetadata", "sensorReport"}, extensible=True):
            about, reports = element.get("sensorMetadata"), element.get("sensorReport")
            at = about.get("time") if is_object(about) else None
            for report in reports if is_list(reports) else []:
                if is_object(report):
                    yield from self._measured(report, wire_time(report.get("time", at), offset))

    def _measured(self, report: Tree, at: str) -> Iterable[Tree]:
        """A report's numbers with a known unit; the whole report stays in the extension."""
        name = _CAMEL.sub("_", str(report.get("type", ""))).lower().removeprefix("gs1:").replace(":", ".").replace("/", "_")
        numbers = {field: suffix for field, suffix in _SENSOR_VALUES.items() if field in report}
        if not numbers or "uom" not in report or not _MEASURED.fullmatch(name):
            return
        unit = words("uom").get(str(report["uom"]), {}).get("unit", "")
        if not unit:
            self.add("TK-EPCIS-011", "warning", unit=report["uom"])
            return
        for field, suffix in numbers.items():
            value = wire_number(report[field])
            if value:
                yield {"type": name + suffix, "value": value, "unit": unit, **({"at": at} if at else {})}
            else:
                self.add("TK-EPCIS-012", "warning", value=report[field])

    def _extension(self) -> Tree:
        taken = _PLACED | self.shape.epcs.keys() | self.shape.quantities.keys()
        own: dict[str, Callable[[], Any]] = {
            "event_id": lambda: wire_value(self._event_id()),
            "event_action": lambda: self.tree.get("action"),
            "biz_step": lambda: short(str(self.tree.get("bizStep", ""))),
            "disposition": lambda: short(str(self.tree.get("disposition", ""))),
            "epcis": lambda: wire_value({name: value for name, value in self.tree.items() if name not in taken}),
        }
        return {name: value for name, read in own.items() if (value := read())}

"""Valid records made from the tables alone: `example(kind, seed)`, the same for the same seed."""

import importlib
import random
import re
import string
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from tracekit.ids import group_digest
from tracekit.spec.check import check
from tracekit.spec.conditions import DEFAULT_CODES, condition_answer
from tracekit.spec.sets import Condition, Element, Field, Kind, Occurrence
from tracekit.trees import is_array

Record = dict[str, Any]
USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
AREAS = ("370600", "370602", "330212", "440981", "110000")
GOODS = ("21113011", "21113015", "01232011", "01233401", "02121013")
WORDS = ("烟台市芝罘区第一市场", "张记鲜肉", "白菜", "Example & Co.", "鲜猪肉 一级", "3 号摊")
REPAIRS = 4


def example(kind: Kind, seed: int = 0) -> Record:
    """A wire record of the kind without findings; odd seeds carry all optional elements, every fifth withholds its groups.

    Raises:
        AssertionError: the tables of the kind ask for something that this maker cannot make.
    """
    maker = _Maker(kind, seed)
    record = maker.record()
    for _ in range(REPAIRS):
        if not check(kind, record):
            return record
        maker.repair(record)
    remaining = check(kind, record)
    if remaining:
        raise AssertionError(f"no valid example of {kind.id}: {remaining[:3]}")
    return record


class _Maker:
    """Makes one record from one seed."""

    def __init__(self, kind: Kind, seed: int) -> None:
        self.kind = kind
        self.seed = seed
        self.random = random.Random(f"{kind.id}/{seed}")  # noqa: S311  the same seed must give the same record
        self.day = date(2026, 1, 1) + timedelta(days=self.random.randrange(300))
        self.groups: dict[str, Record] = {}

    def record(self) -> Record:
        record: Record = {}
        for field in self.kind.top:
            if field.name not in ("groups", "reason") and self.wanted(field):
                self.put(record, field, field.name)
        for occurrence in self.kind.occurrences:
            self.occur(record, occurrence)
        self.seal(record)
        return record

    def wanted(self, field: Field) -> bool:
        if field.element.datatype == "object" and not field.children:
            return False
        return field.due or (self.seed % 2 == 1 and field.obligation == "O") or self.random.random() < 0.2

    def put(self, holder: Record, field: Field, path: str) -> None:
        if field.group:
            self.groups.setdefault(field.group, {})[path] = self.value(field, path, 1)
        elif field.many:
            count = max(field.low, min(2, field.high))
            holder[field.name] = [self.value(field, f"{path}.{at}", at) for at in range(1, count + 1)]
        else:
            value = self.value(field, path, 1)
            if value != {}:
                holder[field.name] = value

    def value(self, field: Field, path: str, at: int) -> Any:
        if field.element.datatype == "object":
            return self.inner(field, path, at)
        if field.path == "items.line":
            return int(path.split(".")[1])
        if field.path in ("kind", "category", "shape"):
            return {"kind": self.kind.id, "category": self.kind.id.partition(".")[0], "shape": self.kind.shape or "object"}[field.path]
        return self.scalar(field.element)

    def inner(self, field: Field, path: str, at: int) -> Record:
        inner: Record = {}
        for child in field.children:
            if self.wanted(child):
                self.put(inner, child, f"{path}.{child.name}")
        public = [child for child in field.children if not child.group]
        if not inner and public:
            self.put(inner, public[0], f"{path}.{public[0].name}")
        if field.path == "measurements" and inner.get("item"):
            inner["item"] = at
        return inner

    def scalar(self, element: Element) -> Any:
        if element.datatype == "integer":
            return self.random.randrange(1, 9) if re.fullmatch(element.format or "[0-9]", "5") else int(self.patterned(element))
        if element.datatype == "boolean":
            return self.random.random() < 0.5
        if element.codeset:
            return self.random.choice(sorted(self.kind.codesets[element.codeset].timeless - {"void", "correct"}))
        return MAKERS.get(element.datatype, _Maker.text)(self, element)

    def text(self, element: Element) -> str:
        if "area" in element.schemes:
            return self.random.choice(AREAS)
        if element.format:
            return self.patterned(element)
        limit = element.max_length or 100
        return self.random.choice([word for word in (*WORDS, "x") if len(word) <= limit])

    def patterned(self, element: Element) -> str:
        return sample(element.format, self.random)[: element.max_length or None]

    def ref(self, element: Element) -> str:
        # a category's own scheme is only named here: the form of its value is no matter of the tables
        makers = [name for name in element.schemes if name in REFS] or element.schemes or ["local"]
        scheme = self.random.choice(makers)
        return f"{scheme}:{REFS.get(scheme, _digits(10))(self.random)}"

    def decimal(self, element: Element) -> str:
        return self.patterned(element) if element.format else f"{self.random.randrange(1, 90)}.{self.random.randrange(1, 10)}"

    def time(self, element: Element) -> str:
        clock = f"{self.random.randrange(24):02}:{self.random.randrange(60):02}"
        forms = (f"{self.day}", f"{self.day}T{clock}+08:00", f"{self.day}T{clock}:{self.random.randrange(60):02}+08:00")
        fitting = [one for one in forms if re.fullmatch(element.format or ".*", one)]
        return self.random.choice(fitting)

    def day_(self, _: Element) -> str:
        return self.day.isoformat()

    def occur(self, record: Record, occurrence: Occurrence) -> None:
        """Add entries until an occurrence row is satisfied."""
        field = self.kind.fields[occurrence.path]
        listed: list[Record] = record.setdefault(occurrence.path, []) if occurrence.low else record.get(occurrence.path, [])
        wanted = dict(occurrence.where)
        fitting = [one for one in listed if all(one.get(name) == value for name, value in wanted.items())]
        for at in range(occurrence.low - len(fitting)):
            spare = [one for one in listed if occurrence.path == "items" and at and one.get("role") != wanted.get("role")]
            number = len(listed) + 1
            entry = spare[0] if spare and len(listed) > 1 else self.value(field, f"{occurrence.path}.{number}", number)
            entry.update(wanted)
            if not spare:
                listed.append(entry)
        for extra in fitting[occurrence.high :]:
            listed.remove(extra)

    def seal(self, record: Record) -> None:
        for name in ("groups", *self.groups):
            record.pop(name, None)
        for name, values in self.groups.items():
            if not values:
                continue
            group = {"salt": f"{self.random.getrandbits(128):032x}", "values": values}
            record.setdefault("groups", {})[name] = group_digest(group)
            if self.seed % 5 != 4:
                record[name] = group

    def repair(self, record: Record) -> None:
        """Mend what the table conditions found, one step each."""
        failing = {(one.path, one.code) for one in check(self.kind, record)}
        for condition in self.kind.conditions:
            code = condition.code or DEFAULT_CODES[condition.test]
            for path, found in failing:
                named = found == code and re.sub(r"\.[0-9]+\.", ".", path) == condition.path
                # several conditions may have one code and one path
                if named and not condition_answer(self.kind, condition)(record):
                    self.mend(record, condition, path)
        self.seal(record)

    def mend(self, record: Record, condition: Condition, path: str) -> None:
        choices = condition.value.split()
        if condition.test == "any_of" and condition.path not in choices:
            # told at an entry, but a paper or a field of the record is what it lacks
            condition, path = condition._replace(path=choices[0]), choices[0]
        if ":" in condition.path:
            type_, _, direction = condition.path.partition(":")[2].partition("@")
            where = (("type", type_), *((("direction", direction),) if direction else ()))
            self.occur(record, Occurrence("documents", where, 1, 1000, ""))
            return
        if path in self.kind.sensitive and condition.test == "required":
            self.put({}, self.kind.fields[path], path)
            return
        holder = self.holder(record, path)
        name = path.rpartition(".")[2]
        if condition.test == "forbidden":
            holder.pop(name, None)
            self.groups.get(self.kind.sensitive.get(condition.path, ""), {}).pop(path, None)
            return
        if condition.test == "compare":
            other = condition.value.split()[1]
            shared = other.partition(".")[0] == path.partition(".")[0] and path.split(".")[1].isdigit()
            place = ".".join((*path.split(".")[:2], *other.split(".")[1:])) if shared else other
            value = self.holder(record, place)[other.rpartition(".")[2]]
            day = self.kind.fields[condition.path].element.datatype == "day"
            holder[name] = value[:10] if day else value
            return
        self.put(holder, self.kind.fields[condition.path], path)
        if condition.test == "one_of":
            for other in condition.value.split()[1:]:
                holder.pop(other.rpartition(".")[2], None)
        elif condition.test in ("range", "pattern"):
            low = condition.value.partition("..")[0]
            value = low if condition.test == "range" else sample(condition.value, self.random)
            boolean = self.kind.fields[condition.path].element.datatype == "boolean"
            holder[name] = value == "true" if boolean else value

    @staticmethod
    def holder(record: Record, path: str) -> Record:
        here: Any = record
        names = path.split(".")[:-1]
        for name in names:
            if is_array(here):
                here = next((one for one in here if one.get("line") == int(name)), None) or here[int(name) - 1]
            else:
                here = here.setdefault(name, {})
        return here


MAKERS: Mapping[str, Callable[[_Maker, Element], str]] = {
    "ref": _Maker.ref,
    "decimal": _Maker.decimal,
    "time": _Maker.time,
    "day": _Maker.day_,
}


def _digits(count: int) -> Callable[[random.Random], str]:
    return lambda chance: "".join(chance.choice(string.digits) for _ in range(count))


def _uscc(chance: random.Random) -> str:
    body = "91" + chance.choice(AREAS) + _organisation(chance)
    total = sum(USCC.index(one) * pow(3, at, 31) for at, one in enumerate(body))
    return body + USCC[-total % 31]


def _organisation(chance: random.Random) -> str:
    body = _digits(8)(chance)
    check = (11 - sum(int(one) * weight for one, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11) % 11
    return body + ("X" if check == 10 else str(check))


def _gs1(count: int) -> Callable[[random.Random], str]:
    def make(chance: random.Random) -> str:
        body = "69" + _digits(count - 3)(chance)
        total = sum(int(one) * (3 if at % 2 == 0 else 1) for at, one in enumerate(reversed(body)))
        return body + str(-total % 10)

    return make


def _serial(chance: random.Random, count: int) -> str:
    return f"{chance.randrange(1, 10**count):0{count}}"


def _node(chance: random.Random) -> str:
    return chance.choice(AREAS[:4]) + _serial(chance, 3)


def _merchant(chance: random.Random) -> str:
    return _node(chance) + _serial(chance, 4)


REFS: Mapping[str, Callable[[random.Random], str]] = {
    "uscc": _uscc,
    "org": _organisation,
    "gtin": _gs1(13),
    "gln": _gs1(13),
    "sscc": _gs1(18),
    "node": _node,
    "merchant": _merchant,
    "tran": lambda chance: _merchant(chance) + _serial(chance, 7),
    "batch": lambda chance: _node(chance) + _serial(chance, 7),
    "origin-trace": lambda chance: _node(chance) + "260" + chance.choice("123456789") + "15" + _serial(chance, 5),
    "goods": lambda chance: chance.choice(GOODS),
    "card": _digits(13),
    "area": lambda chance: chance.choice(AREAS),
    "person": lambda chance: f"{chance.getrandbits(128):032x}",
    "local": lambda chance: f"370600002/lot/{_serial(chance, 7)}",
    **dict.fromkeys(("quarantine", "meat-quality", "origin-cert", "vege-test", "till-slip", "promise", "market-entry"), _digits(10)),
    "plate": lambda chance: "鲁F" + _digits(5)(chance),
}


def sample(pattern: str, chance: random.Random) -> str:
    """A text that matches a regular expression of the plain sort that tables use."""
    parser: Any = importlib.import_module("re._parser")  # the only parser of Python's own patterns
    return _sampled(parser.parse(pattern), chance)


def _sampled(tree: Any, chance: random.Random) -> str:
    return "".join(_sampled_one(str(operator), argument, chance) for operator, argument in tree)


def _sampled_one(operator: str, argument: Any, chance: random.Random) -> str:
    make = SAMPLERS.get(operator)
    return make(argument, chance) if make else ""


def _repeated(argument: Any, chance: random.Random) -> str:
    low, high, inner = argument
    return "".join(_sampled(inner, chance) for _ in range(chance.randint(low, min(int(high), low + 4))))


SAMPLERS: Mapping[str, Callable[[Any, random.Random], str]] = {
    "LITERAL": lambda argument, _: chr(argument),
    "ANY": lambda _, chance: chance.choice(string.ascii_lowercase),
    "IN": lambda argument, chance: chance.choice(_characters(argument)),
    "BRANCH": lambda argument, chance: _sampled(chance.choice(argument[1]), chance),
    "SUBPATTERN": lambda argument, chance: _sampled(argument[3], chance),
    "MAX_REPEAT": _repeated,
    "MIN_REPEAT": _repeated,
}


def _characters(argument: Any) -> str:
    """The characters of a class, of printable ASCII where it is negated."""
    found: set[str] = set()
    negated = False
    for operator, value in argument:
        name = str(operator)
        negated = negated or name == "NEGATE"
        if name == "LITERAL":
            found.add(chr(value))
        elif name == "RANGE":
            found.update(chr(one) for one in range(value[0], min(value[1], value[0] + 200) + 1))
        elif name == "CATEGORY":
            found.update(string.digits if "DIGIT" in str(value) else string.ascii_lowercase)
    return "".join(sorted(set(string.ascii_letters + string.digits) - found if negated else found))

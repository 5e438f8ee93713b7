"""Makes the fast path of a kind's validator: Python source that answers only whether a record is free of findings.

It may answer no for a good record (the reference validator then decides), never yes for a bad one: a property test
compares both. Values that come again and again are remembered per element, within bounds.
"""

from collections.abc import Callable
from functools import partial
from typing import Any
from unicodedata import is_normalized

from tracekit.ids import GROUPS
from tracekit.spec import conditions, lexical
from tracekit.spec.groups import group_answer
from tracekit.spec.remember import clock_test, form, memory, text_test
from tracekit.spec.sets import MANY, Condition, Element, Field, Kind, Occurrence

Answer = Callable[[Any], bool]
INLINE = ("required", "forbidden", "any_of", "one_of")


def fast_answer(kind: Kind) -> Answer:
    """Compile the fast path of a kind. It may raise on wrong types, which means no."""
    writer = _Writer(kind)
    writer.write()
    space: dict[str, Any] = writer.space
    exec(compile(writer.source(), f"<validator of {kind.id}>", "exec"), space)  # noqa: S102  our own text, made from tables
    answer: Answer = space["answer"]
    return answer


def fast_source(kind: Kind) -> str:
    """The source of a kind's fast path, for reading."""
    writer = _Writer(kind)
    writer.write()
    return writer.source()


class _Writer:
    """Writes one function; constants go into `space` under short names."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.lines: list[str] = ["def answer(r):"]
        self.space: dict[str, Any] = {"A": object(), "E": {}, "SAFE": lexical.SAFE_INTEGER}
        self.names: dict[Any, str] = {}

    def source(self) -> str:
        return "\n".join(self.lines) + "\n"

    def put(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def refuse(self, depth: int, test: str) -> None:
        self.put(depth, f"if {test}: return False")

    def constant(self, key: Any, value: Any) -> str:
        """A name for a value; the same key gives the same name."""
        if key not in self.names:
            self.names[key] = f"c{len(self.names)}"
            self.space[self.names[key]] = value
        return self.names[key]

    def write(self) -> None:
        keys = {field.name for field in self.kind.top if not field.group} | {*GROUPS}
        self.refuse(1, f"r.__class__ is not dict or not {self.constant('top', frozenset(keys))}.issuperset(r)")
        self.put(1, "get = r.get")
        for field in self.kind.top:
            if not field.group and field.name != "groups":
                self.field(1, "r", field, void_known=True)
        self.refuse(1, "r['action'] == 'void'")
        limited = [one for one in self.kind.occurrences if one.low or one.high < MANY]
        if any(one.path == "documents" for one in limited):
            self.put(1, "types = [o['type'] for o in get('documents', ())]")
        for occurrence in limited:
            self.occurrence(occurrence)
        self.groups()
        for condition in self.kind.conditions:
            self.condition(condition)
        self.put(1, "return True")

    def field(self, depth: int, holder: str, field: Field, *, void_known: bool = False) -> None:
        var = "v" + "".join(one if one.isalnum() else "_" for one in field.path)
        if field.obligation == "M":
            self.put(depth, f"{var} = {holder}[{field.name!r}]")
        else:
            getter = "get" if void_known else f"{holder}.get"
            self.put(depth, f"{var} = {getter}({field.name!r}, A)")
            self.put(depth, f"if {var} is not A:")
            depth += 1
        if field.many:
            self.many(depth, var, field)
        else:
            self.value(depth, var, field)

    def many(self, depth: int, var: str, field: Field) -> None:
        low = max(field.low, 1)
        self.refuse(depth, f"{var}.__class__ is not list or not {low} <= len({var}) <= {field.high}")
        numbered = field.path == "items"
        if numbered:
            self.put(depth, "lines = set()")
        self.put(depth, f"for {var}_ in {var}:")
        self.value(depth + 1, f"{var}_", field)
        if numbered:
            self.put(depth + 1, f"lines.add({var}_line)")
            self.refuse(depth, f"len(lines) != len({var})")

    def value(self, depth: int, var: str, field: Field) -> None:
        element = field.element
        if field.path == "kind":
            self.refuse(depth, f"{var} != {self.kind.id!r}")
        elif element.datatype == "object":
            self.inner(depth, var, field)
        elif element.datatype == "boolean":
            self.refuse(depth, f"{var}.__class__ is not bool")
        elif element.datatype == "integer":
            self.integer(depth, var, element)
        elif field.path == "recorded_at":
            # records that come together were recorded together
            last = self.constant("last", [object()])
            self.put(depth, f"if {var} != {last}[0]:")
            self.text(depth + 1, var, element)
            self.put(depth + 1, f"{last}[0] = {var}")
        else:
            self.text(depth, var, element)

    def inner(self, depth: int, var: str, field: Field) -> None:
        keys = self.constant(field.path, frozenset(one.name for one in field.children if not one.group))
        self.refuse(depth, f"{var}.__class__ is not dict or not {var} or not {keys}.issuperset({var})")
        for child in field.children:
            if not child.group:
                self.field(depth, var, child)

    def integer(self, depth: int, var: str, element: Element) -> None:
        if element.format in ("", "[1-9][0-9]*"):
            low = "0" if element.format else "-SAFE"
            self.refuse(depth, f"{var}.__class__ is not int or not {low} < {var} < SAFE")
        else:
            test = self.constant(("integer", element), text_test(element))
            self.refuse(depth, f"{var}.__class__ is not int or not -SAFE < {var} < SAFE or not {test}(str({var}))")

    def text(self, depth: int, var: str, element: Element) -> None:
        limit = element.max_length or lexical.MAX_TEXT
        if element.codeset:
            codes = self.kind.codesets[element.codeset].timeless
            known = frozenset({self.kind.shape} & codes if element.id == "shape" and self.kind.shape else codes)
            name = self.constant(("codes", element.codeset, limit), frozenset(one for one in known if len(one) <= limit))
            self.refuse(depth, f"{var} not in {name}")
        elif element.datatype == "time" and not element.max_length and (not element.format or element.format.startswith(".{11}")):
            days = memory(form(element))
            clock = self.constant(("clock", element.format), clock_test(element))
            seen, whole = self.constant(("seen", form(element)), days.seen), self.constant(("test", form(element)), days)
            self.refuse(depth, f"({var}[:10] not in {seen} or not {clock}({var}, 10)) and not {whole}({var})")
        else:
            self.remembered(depth, var, element, limit)

    def remembered(self, depth: int, var: str, element: Element, limit: int) -> None:
        """A text, ref, decimal or patterned value: plain text is judged in place, everything else by memory, then by the test."""
        like = form(element)
        whole = self.constant(("test", like), memory(like))
        if element.datatype == "ref" and not (element.schemes or element.format or element.max_length):
            plain = self.constant("plain ref", memory(like).test)
            self.refuse(depth, f"not {plain}({var})")
            return
        if element.datatype == "decimal" and not (element.format or element.max_length):
            # amounts hardly repeat: matching costs less than looking in vain
            decimal = self.constant("decimal", lexical.is_decimal)
            self.refuse(depth, f"not {decimal}({var})")
            return
        plain = ""
        if element.datatype == "text" and not element.format:
            nfc = self.constant("normalized", partial(is_normalized, "NFC"))
            plain = f"not ({var}.isprintable() and 0 < len({var}) <= {limit} and ({var}.isascii() or {nfc}({var}))) and "
        seen = self.constant(("seen", like), memory(like).seen)
        self.refuse(depth, f"{plain}{var} not in {seen} and not {whole}({var})")

    def groups(self) -> None:
        test = self.constant("groups", group_answer(self.kind))
        present = " or ".join(f"{name!r} in r" for name in GROUPS)
        self.put(1, "vgroups = get('groups', A)")
        self.put(1, "if vgroups is not A:")
        self.refuse(2, f"not {test}(r, vgroups)")
        self.put(1, f"elif {present}: return False")
        if any(field.group and field.obligation == "M" for field in self.kind.fields.values()):
            self.put(1, "else: return False")

    def occurrence(self, occurrence: Occurrence) -> None:
        if occurrence.path == "documents" and len(occurrence.where) == 1:
            self.refuse(1, f"not {occurrence.low} <= types.count({occurrence.where[0][1]!r}) <= {occurrence.high}")
            return
        tests = " and ".join(f"o.get({name!r}) == {value!r}" for name, value in occurrence.where) or "True"
        self.refuse(1, f"not {occurrence.low} <= sum([{tests} for o in get({occurrence.path!r}, ())]) <= {occurrence.high}")

    def condition(self, condition: Condition) -> None:
        head = condition.path.partition(".")[0]
        root = self.kind.fields.get(head)
        listed = bool(root and root.many and root.children) and "." in condition.path and ":" not in condition.path
        paths = [condition.when_path] if condition.when_test else []
        paths += condition.value.split() if condition.test in ("any_of", "one_of") else [condition.path]
        wanted = [self.expression(path, head if listed else "") for path in paths]
        days = self.days_apart(condition, head if listed else "") if condition.test == "compare" else ""
        if None in wanted or not (days or condition.test in INLINE):
            self.generic(condition, head)
            return
        expressions = [one for one in wanted if one]
        when = f"{self.when(condition, expressions.pop(0))} and " if condition.when_test else ""
        if listed:
            self.put(1, f"for e in get({head!r}, ()):")
        self.refuse(2 if listed else 1, when + (days or self.failing(condition.test, expressions)))

    def days_apart(self, condition: Condition, head: str) -> str:
        """A test that refuses unless a day surely stands in order with another day or time at +08:00; empty if there is no such day."""
        operator, _, other = condition.value.partition(" ")
        fields = [self.kind.fields.get(path) for path in (condition.path, other)]
        types = [field.element.datatype for field in fields if field]
        left, right = (self.expression(path, head) for path in (condition.path, other))
        if operator not in ("le", "ge") or sorted(types) not in (["day", "day"], ["day", "time"]) or not left or not right:
            return ""
        here = self.constant("offsets", ("", "+08:00"))
        order = f"{left}[:10] {'<=' if operator == 'le' else '>='} {right}[:10]"
        there = " and ".join(f"{one} is not None" for one in (left, right))
        return f"{there} and not ({order} and {left}[10:][-6:] in {here} and {right}[10:][-6:] in {here})"

    def generic(self, condition: Condition, head: str) -> None:
        name = self.constant(("condition", condition), conditions.condition_answer(self.kind, condition))
        guard = "'groups' in r" if condition.path in self.kind.sensitive else f"{head!r} in r"
        always = condition.test in ("required", "any_of", "one_of", "ratio") or ":" in condition.path
        self.refuse(1, f"not {name}(r)" if always else f"{guard} and not {name}(r)")

    def when(self, condition: Condition, expression: str) -> str:
        if condition.when_test in ("present", "absent"):
            return f"{expression} is {'not ' if condition.when_test == 'present' else ''}None"
        values = self.constant(("when", condition.when_value), frozenset(condition.when_value.split()))
        is_boolean = self.kind.fields[condition.when_path].element.datatype == "boolean"
        text = self.constant("told", conditions.told) if is_boolean else "str"
        return f"{text}({expression}) {'not ' if condition.when_test == 'not_in' else ''}in {values}"

    @staticmethod
    def failing(test: str, expressions: list[str]) -> str:
        if test == "one_of":
            return "(" + " + ".join(f"({one} is not None)" for one in expressions) + ") != 1"
        joined = " and ".join(f"{one} is None" for one in expressions)
        return f"not ({joined})" if test == "forbidden" else joined

    def expression(self, path: str, head: str) -> str | None:
        """Python text that looks a public path up in the record `r` or the list entry `e`; None if it is not that simple."""
        if ":" in path or path in self.kind.sensitive or path not in self.kind.fields:
            return None
        names = path.split(".")
        holder = "r"
        if head and names[0] == head:
            holder, names = "e", names[1:]
        elif self.kind.fields[names[0]].many:
            return None
        if len(names) > 2:
            return None
        return f"{holder}.get({names[0]!r})" if len(names) == 1 else f"{holder}.get({names[0]!r}, E).get({names[1]!r})"

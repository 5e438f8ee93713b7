"""How a platform is broken: each of these gives a way to break one thing, and takes it back when it is left."""

import __future__

import ast
import contextlib
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from unittest import mock

import orjson
from mutants.faces import Face, Told

from tracekit.pipeline.seal import signature
from tracekit.platform.reception import Reception
from tracekit.platform.refusal import refusal

Tree = dict[str, Any]
Do = Callable[[Tree], object]
Break = Callable[[Face], AbstractContextManager[None]]

# the platform from inside


def patched(owner: Any, name: str, make: Callable[[Any], Any]) -> Break:
    """A function, class or value of the platform is what `make` makes of the true one."""

    @contextlib.contextmanager
    def broken(_: Face) -> Iterator[None]:
        with mock.patch.object(owner, name, make(getattr(owner, name))):
            yield

    return broken


def unchecked(owner: Any, name: str, told_by: str) -> Break:
    """A function without those of its `if`s whose test or body has a text: what they refuse is let through."""

    def make(true: Any) -> Any:
        tree = ast.parse(textwrap.dedent(inspect.getsource(true)))
        dropper = _Dropper(told_by)
        code = compile(
            ast.fix_missing_locations(dropper.visit(tree)),
            inspect.getfile(true),
            "exec",
            __future__.annotations.compiler_flag,
            dont_inherit=True,
        )
        assert dropper.dropped, f"{name} has no `if` that tells {told_by}"
        made: Tree = {}
        exec(code, true.__globals__, made)
        return made[true.__name__]

    return patched(owner, name, make)


class _Dropper(ast.NodeTransformer):
    def __init__(self, told_by: str) -> None:
        self._told_by = told_by
        self.dropped = 0

    def visit_If(self, node: ast.If) -> Any:
        if self._told_by not in ast.unparse(ast.If(node.test, node.body, [])):
            return self.generic_visit(node)
        self.dropped += 1
        return node.orelse or ast.Pass()


def refuses(owner: Any, name: str, code: str) -> Break:
    """A function refuses everything."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise refusal(code)

    return patched(owner, name, lambda _: refuse)


def receipts(do: Do) -> Break:
    """What a receipt says is changed before it is signed."""

    def make(true: Any) -> Any:
        def made(self: Any, *more: Any) -> Tree:
            tree = true(self, *more)
            del tree["signature"]
            do(tree)
            keys = self._office.setup.keys
            return {**tree, "signature": signature(tree, keys.suite, keys.private_pem, keys.key_id)}

        return made

    return patched(Reception, "_receipt", make)


def together(*breaks: Break) -> Break:
    """Several breaks at once, where one thing is done in several places."""

    @contextlib.contextmanager
    def broken(face: Face) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            for one in breaks:
                stack.enter_context(one(face))
            yield

    return broken


# the platform from outside


def answers(asked: str, do: Callable[[Told], object]) -> Break:
    """Answers to what begins with a method and path are changed on their way out."""

    def change(told: Told) -> None:
        if told.asked.startswith(asked):
            do(told)

    @contextlib.contextmanager
    def broken(face: Face) -> Iterator[None]:
        face.change = change
        try:
            yield
        finally:
            face.change = None

    return broken


def tells(asked: str, do: Do, *, good: bool = True) -> Break:
    """The JSON of good answers (or of bad ones) is changed on its way out."""

    def change(told: Told) -> None:
        tree = told.tree
        if isinstance(tree, dict) and (told.status < 400) is good:
            do(tree)
            told.body = orjson.dumps(tree)

    return answers(asked, change)


def restated(code: str, status: int) -> Break:
    """Problem documents of a code come with another HTTP status."""

    def change(told: Told) -> None:
        if told.status >= 400 and (told.tree or {}).get("code") == code:
            told.status = status

    return answers("", change)


def becomes(asked: str, before: int, status: int, body: bytes = b"{}") -> Break:
    """Answers of a status come with another one and another body."""

    def change(told: Told) -> None:
        if told.status == before:
            told.status, told.body, told.media = status, body, "application/json"

    return answers(asked, change)


# what is done to a tree


def dropped(name: str) -> Do:
    """A member is missing."""
    return lambda tree: tree.pop(name)


def put(name: str, value: Any) -> Do:
    """A member has another value."""
    return lambda tree: tree.update({name: value})


def each(rows: str, do: Do) -> Do:
    """Something is done to each entry of a list, where there is one."""
    return lambda tree: [do(row) for row in tree.get(rows, ())]

"""The bindings of the interface, by the name that a configuration gives them."""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

from tracekit.errors import ConfigError
from tracekit.spec.sets import Kind
from tracekit.transport.line import Line


def open_line(binding: str, url: str, kinds: Callable[[], Mapping[str, Kind]], **options: Any) -> Line:
    """A line to a platform over `rest` or `soap`; `kinds` gives the kinds of records, which SOAP writes under their names.

    Raises:
        ConfigError: the address is not usable, or the extra that the binding needs is not installed.
    """
    if binding == "rest":
        return Line(url, **options)
    if find_spec("lxml") is None:
        raise ConfigError("the binding soap needs lxml", code="TK-DOCK-027", params={"binding": binding})
    from tracekit.transport.soap import SoapLine

    return SoapLine(url, kinds=kinds(), **options)

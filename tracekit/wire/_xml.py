"""lxml, which has no types of its own, under one name for this package."""

from importlib import import_module
from typing import Any

etree: Any = import_module("lxml.etree")
Element = Any
Tree = dict[str, Any]

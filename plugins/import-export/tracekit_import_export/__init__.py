"""Imports and exports (进出口产品): from the plant abroad to the last hand, and out again; told by the tables in `specs`."""

from tracekit.sdk import table_plugin

plugin = table_plugin(__name__, __file__)

"""Hazardous goods (危险品): explosives, toxic chemicals and precursors, fireworks, radioactive sources; told by the tables in `specs`."""

from tracekit.sdk import table_plugin

plugin = table_plugin(__name__, __file__)

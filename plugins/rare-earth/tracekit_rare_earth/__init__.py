"""Rare earth (稀土产品): ore, compounds, metals and scrap, in mass and in oxides; told by the tables in `specs`."""

from tracekit.sdk import table_plugin

plugin = table_plugin(__name__, __file__)

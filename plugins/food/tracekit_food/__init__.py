"""Food (食品): infant formula, meat products, dairy, edible oil, baijiu, and the raw milk before them; told by the tables in `specs`."""

from tracekit.sdk import table_plugin

plugin = table_plugin(__name__, __file__)

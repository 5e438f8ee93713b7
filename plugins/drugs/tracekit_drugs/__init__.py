"""Drugs (药品): from the material through production, release, wholesale and hospital to the user; told by the tables in `specs`."""

from tracekit.sdk import table_plugin

plugin = table_plugin(__name__, __file__)

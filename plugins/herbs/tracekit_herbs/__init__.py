"""Herbs (中药材、中药饮片): from the plot through processing, market and decoction pieces to the user; told by the tables in `specs`."""

from tracekit.sdk import table_plugin

plugin = table_plugin(__name__, __file__)

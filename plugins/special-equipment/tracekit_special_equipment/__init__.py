"""Special equipment (特种设备): lifts, gas cylinders, mobile pressure vessels, each with a file for life; told by the tables in `specs`."""

from tracekit.sdk import table_plugin

plugin = table_plugin(__name__, __file__)

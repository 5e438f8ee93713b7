"""A category for tracekit, told by the tables in `specs`; a module `rules.py`, `codes.py` or `links.py` may say what they cannot."""

from tracekit.sdk import table_plugin

plugin = table_plugin(__name__, __file__)

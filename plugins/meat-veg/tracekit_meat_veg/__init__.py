"""Meat, vegetables and other farm produce (肉类蔬菜、食用农产品): from plot, pond and herd to the till; told by tables and `rules`."""

from tracekit.sdk import table_plugin

plugin = table_plugin(__name__, __file__)

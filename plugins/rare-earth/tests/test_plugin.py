"""The plugin's conformance: tables, rules, links, example records, chains."""

from tracekit.testing import plugin_suite

TestPlugin = plugin_suite("rare_earth")

"""Agricultural inputs (农业投入品): pesticide, veterinary drug, seed, fertiliser, feed, from maker to farm; told by `specs`."""

from tracekit.sdk import table_plugin

plugin = table_plugin(__name__, __file__)

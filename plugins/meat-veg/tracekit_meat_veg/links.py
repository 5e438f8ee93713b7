"""Keys that join events where `links.csv` cannot say them; at present the table says them all."""

from tracekit.sdk import LinkRule

LINK_RULES: tuple[LinkRule, ...] = ()

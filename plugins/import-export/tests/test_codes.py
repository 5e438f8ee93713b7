"""Numbers of imports: nothing that could be one is refused."""

from tracekit_import_export import codes

from tracekit.testing.scheme_suite import scheme_suite

GOOD = {
    "overseas-producer": ("DEMO-NZ-0001", "EU 12.345/A"),
    "ciq-cert": ("126000000000001", "ＤＥＭＯ２６"),
    "cold-chain": ("DEMO370602000001",),
}
BAD = dict.fromkeys(GOOD, ("7" * 65, "\u200b"))

TestSchemes = scheme_suite(codes, GOOD, BAD)

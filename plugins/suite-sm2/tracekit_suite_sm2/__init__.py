"""SM2-with-SM3 (国密) signatures. Hooks only."""

from tracekit.sdk import Suite, hookimpl


@hookimpl
def register_suites() -> list[Suite]:
    """The suite `sm2`, over the first cryptographic library that is here and passes the standard's vector."""
    from tracekit_suite_sm2.suite import Sm2, open_library

    return [Sm2(open_library())]

"""Keys that join events where `links.csv` cannot say them: a batch that failed its inspection may not be traded."""

from collections.abc import Iterable

from tracekit.sdk import LinkKey, LinkRule, Record


def failed_batches(record: Record) -> Iterable[LinkKey]:
    """Offer the batches of an inspection that failed on the rung on which recalled ones stand."""
    if not any(one.get("result") == "fail" for one in record.get("measurements", ())):
        return ()
    return [LinkKey("offer", "barred", f"barred|{item['ref']}|{record['category']}", item["line"]) for item in record["items"]]


LINK_RULES = (LinkRule("food.failed", ("food.outgoing_inspection",), failed_batches),)

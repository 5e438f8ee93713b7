"""EPCIS 2.0 JSON-LD capture documents as a source of events. Hooks only."""

from pathlib import Path

from tracekit.sdk import Adapter, hookimpl


@hookimpl
def register_adapters() -> list[Adapter]:
    """The adapter `epcis`, and the texts of its findings."""
    from tracekit.spec.messages import add_messages
    from tracekit_epcis.adapter import EpcisAdapter
    from tracekit_epcis.config import EpcisConfig

    add_messages(Path(__file__).parent / "specs")
    return [Adapter("epcis", "EPCIS 2.0 文档", "EPCIS 2.0 documents", EpcisConfig, EpcisAdapter)]

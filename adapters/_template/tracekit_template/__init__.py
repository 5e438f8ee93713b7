"""The smallest working source adapter."""

from tracekit.sdk import Adapter, hookimpl
from tracekit_template.adapter import TemplateAdapter
from tracekit_template.config import TemplateConfig

__all__ = ["TemplateAdapter", "TemplateConfig"]


@hookimpl
def register_adapters() -> list[Adapter]:
    """The adapter `template`."""
    return [Adapter("template", "样板", "Template", TemplateConfig, TemplateAdapter)]

"""Telling the observers of plugins; they see batches and cannot fail the caller."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracekit.pipeline.judged import Judged
    from tracekit.registry import Registry

LOGGER = logging.getLogger("tracekit.platform")
HOOKS = ("batch_accepted", "receipt_recorded")


class Observers:
    """The observers among the installed plugins, found once."""

    def __init__(self, registry: Registry) -> None:
        from tracekit.loader import observe

        watching = [plugin for plugin in plugins_of(registry) if any(hasattr(plugin, hook) for hook in HOOKS)]
        self._relay = observe(watching) if watching else None

    def tell(self, platform: str, accepted: Sequence[Judged], receipt: dict[str, Any]) -> None:
        """Tell of a stored batch and its receipt; a failing observer is logged."""
        if self._relay is None:
            return
        self._call(self._relay.batch_accepted, platform=platform, records=[one.record for one in accepted])
        self._call(self._relay.receipt_recorded, platform=platform, receipt=receipt)

    def _call(self, hook: Callable[..., Any], **told: Any) -> None:
        try:
            hook(**told)
        except Exception as error:  # noqa: BLE001  an observer may raise anything, and the batch is stored already
            LOGGER.error("observer failed: %s", type(error).__name__)  # noqa: TRY400  a traceback would show records


def plugins_of(registry: Registry) -> list[Any]:
    """The plugin objects of a registry."""
    return [plugin for one in registry.loaded if (plugin := _plugin(one.module)) is not None]


def _plugin(place: str) -> Any:
    """The plugin object of an entry point's value (`module` or `module:name`), or nothing if it is no longer there."""
    module, _, name = place.partition(":")
    try:
        loaded = importlib.import_module(module)
    except ImportError:
        return None
    return getattr(loaded, name, None) if name else loaded

"""Source adapter for files: CSV, XLSX, JSON, JSON Lines and XML, by a few lines of TOML."""

from tracekit.sdk import Adapter, hookimpl
from tracekit_files.adapter import FilesAdapter
from tracekit_files.config import FilesConfig

__all__ = ["FilesAdapter", "FilesConfig", "register_adapters"]


@hookimpl
def register_adapters() -> list[Adapter]:
    """The adapter `files`."""
    return [Adapter("files", "文件", "Files", FilesConfig, FilesAdapter)]

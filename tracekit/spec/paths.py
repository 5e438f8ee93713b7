"""Dotted paths into records: `items.2.unit_price`, items by line number, entries of other lists by position."""


def generic_path(path: str) -> str:
    """A path without its numbers: `items.2.unit_price` → `items.unit_price`."""
    return ".".join(name for name in path.split(".") if not (name.isascii() and name.isdigit()))

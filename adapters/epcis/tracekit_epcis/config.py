"""What a source of EPCIS documents must say, because the documents do not."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

RefText = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*:\S+$", max_length=256)]


class EpcisConfig(BaseModel):
    """Where the documents lie, and the envelope of their records."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    """A file, a folder (all `*.json` and `*.jsonld` below it) or a pattern; relative to the settings file."""
    origin: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    reporter: RefText
    """Who is responsible for the records."""
    party: RefText
    """Who did it, where the event names no source."""
    place: RefText
    """Where it was, where the event names no read point and no location."""
    region: Annotated[str, StringConstraints(pattern=r"^([0-9]{6}|[A-Z]{2})$")]
    category: str = "core"
    max_bytes: int = 64 * 1024 * 1024
    """A larger document is a finding and is not read."""
    max_depth: int = 24
    """An event that is nested deeper is a finding; a record allows 32 levels."""
    batch: int = 500
    """Events a batch, which is also how often the cursor moves."""

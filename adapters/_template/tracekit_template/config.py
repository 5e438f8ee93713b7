"""Options of this adapter, as they stand in `source.toml`."""

from pydantic import BaseModel, ConfigDict, Field


class TemplateConfig(BaseModel):
    """One text file of `name=value` lines."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    """Relative to the folder of the TOML."""
    batch_rows: int = Field(default=2000, ge=1)

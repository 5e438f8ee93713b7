"""The pure way of a record: intake, check, link, seal, compare. No clock, no disk, no network."""

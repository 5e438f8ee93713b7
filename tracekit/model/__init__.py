"""Frozen models in flat form, generated from the tables: one class a kind, in `tracekit.model.core` for the core."""

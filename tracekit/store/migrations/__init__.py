"""Alembic's home: migrations run by `tracekit.store.migrate`, never by hand."""

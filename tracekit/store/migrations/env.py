"""Alembic runs here, on the connection that `tracekit.store.migrate` hands over."""

from alembic import context

from tracekit.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()

"""Alembic's entry: migrates over the transaction that `faded.store.engine` hands in."""

from alembic import context

from faded.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()

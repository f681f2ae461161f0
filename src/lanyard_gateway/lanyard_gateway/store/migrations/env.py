"""What Alembic runs to find its way: the connection and the transaction are the caller's."""

from __future__ import annotations

from alembic import context

from lanyard_gateway.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()

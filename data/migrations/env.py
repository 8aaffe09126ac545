"""Run the migrations on the connection that the caller opened."""

from alembic import context

from data.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=False,
    user_module_prefix="columns.",
)
context.run_migrations()

"""Schema versions of the ledger, by Alembic; applied by ``python -m data init``."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from data.engine import Database, reading, transaction
from data.errors import DatabaseMissing, DatabaseOutdated

FOLDER = Path(__file__).parent


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def latest_revision() -> str:
    """Name the schema version that this program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current_revision(db: Database) -> str | None:
    """Name the schema version that the database has."""
    with reading(db) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(db: Database) -> None:
    """Bring the database to the latest schema version.

    Raises
    ------
    DatabaseOutdated
        The schema has a version that this program does not know.
    """
    config = _config()
    with transaction(db) as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            found = MigrationContext.configure(connection).get_current_revision()
            raise DatabaseOutdated(found=found, wanted=latest_revision()) from error


def require_current(db: Database) -> None:
    """Refuse a database of another schema version.

    Raises
    ------
    DatabaseMissing
        The database has no schema at all.
    DatabaseOutdated
        The schema is older or newer than the program.
    """
    found, wanted = current_revision(db), latest_revision()
    if found is None:
        raise DatabaseMissing(name=db.name)
    if found != wanted:
        raise DatabaseOutdated(found=found, wanted=wanted)

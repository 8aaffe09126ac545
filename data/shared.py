"""The one database of this process, opened at first use and checked once."""

from functools import cache

from data.engine import Database, open_database
from data.migrations import require_current
from data.settings import load_settings
from data.vault import require_right_key


@cache
def shared_database() -> Database:
    """Open the configured database; a failure is not remembered, so that a repair shows at once.

    Raises
    ------
    DataError
        The database is missing, damaged, busy or of another schema version.
    WrongDataKey
        The configured data key is not the one of this database.
    """
    db = open_database(load_settings().database_url)
    require_current(db)
    require_right_key(db)
    return db

"""The database: how it is opened, read and written, and how its failures are told."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc, text
from sqlalchemy.engine import make_url

from data.errors import (
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseMissing,
    DataError,
    RuleBroken,
)

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA secure_delete=ON",
)


@dataclass(frozen=True)
class Database:
    """An opened database: an opaque handle that pages pass on and never look into."""

    engine: Engine = field(repr=False)
    name: str

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name


def open_database(url: str, *, create: bool = False) -> Database:
    """Open a database.

    Parameters
    ----------
    url
        An SQLAlchemy address, ``sqlite:///…`` by default.
    create
        Make an SQLite file that is not there yet; otherwise its absence is a failure.

    Raises
    ------
    DatabaseMissing
        The SQLite file does not exist and was not to be made.
    """
    parsed = make_url(url)
    file = Path(parsed.database or "") if parsed.drivername.startswith("sqlite") else None
    name = file.name if file else str(parsed.database)
    if file and parsed.database not in {None, "", ":memory:"}:
        if create:
            file.parent.mkdir(parents=True, exist_ok=True)
        elif not file.exists():
            raise DatabaseMissing(name=name)
    # Parameters of a failed statement could hold a person's data: never in a message or log.
    engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=file is None)
    if file and file.name not in {"", ":memory:"} and not create:
        _forbid_creation(engine, file)
    if file:
        event.listen(engine, "connect", _prepare_sqlite)
    return Database(engine=engine, name=name or "memory")


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own hook
    # The driver's own transactions lose updates; ours begin explicitly, in transaction().
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _forbid_creation(engine: Engine, file: Path) -> None:
    """Let a file that vanishes later be missed, not silently made anew and empty."""
    address = f"{file.resolve().as_uri()}?mode=rw"

    def connect(*_args: Any) -> sqlite3.Connection:  # noqa: ANN401 - SQLAlchemy's own hook
        return sqlite3.connect(address, uri=True, check_same_thread=False)

    event.listen(engine, "do_connect", connect)


@contextmanager
def reading(db: Database) -> Iterator[Connection]:
    """Read one consistent state of the database.

    Raises
    ------
    DataError
        The database is missing, damaged or busy.
    """
    with _translated(db), db.engine.connect() as connection:
        if db.dialect == "sqlite":
            connection.exec_driver_sql("BEGIN")
        yield connection


@contextmanager
def transaction(db: Database) -> Iterator[Connection]:
    """Write all or nothing; a second writer waits, then is told.

    Raises
    ------
    DataError
        A rule of the ledger refused a row, or the database is missing, damaged or busy.
    """
    with _translated(db), db.engine.connect() as connection:
        if db.dialect == "sqlite":
            # Taking the write lock first: reading, then upgrading, loses updates silently.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.rollback()
            raise
        connection.commit()


@contextmanager
def _translated(db: Database) -> Iterator[None]:
    try:
        yield
    except exc.DBAPIError as error:
        raise _failure(db, error) from error


def _failure(db: Database, error: exc.DBAPIError) -> DataError:
    message = str(error.orig).lower()
    if isinstance(error, exc.IntegrityError):
        return RuleBroken(rule=str(error.orig).split("\n", maxsplit=1)[0])
    if "no such table" in message or "unable to open" in message:
        return DatabaseMissing(name=db.name)
    if "malformed" in message or "not a database" in message or "disk image" in message:
        return DatabaseDamaged(name=db.name)
    return DatabaseBusy()


def check_integrity(db: Database) -> list[str]:
    """Ask SQLite itself whether the file and its references are sound; an empty list is good."""
    if db.dialect != "sqlite":
        return []
    with reading(db) as connection:
        found = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check"))]
        orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
    problems = [line for line in found if line != "ok"]
    return problems + [f"{row[0]}: row {row[1]} without its {row[2]}" for row in orphans]

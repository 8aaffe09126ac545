"""The database: how it is opened, read and written, and how its failures are told."""

import sqlite3
from collections.abc import Callable, Iterator
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
    SettingsRefused,
)

_PRAGMAS = (
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
    SettingsRefused
        The address names no SQLite file, or its folder cannot be made.
    """
    file = _sqlite_file(url)
    if not create and not file.exists():
        raise DatabaseMissing(name=file.name)
    if create:
        _make_folder(file)
    # Parameters of a failed statement could hold a person's data: never in a message or log.
    engine = create_engine(f"sqlite:///{file}", hide_parameters=True)
    if create:
        event.listen(engine, "connect", _write_ahead)
    else:
        _forbid_creation(engine, file)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "checkout", _require_same_file(file))
    return Database(engine=engine, name=file.name)


def _sqlite_file(url: str) -> Path:
    """Read the file's path from the address; other databases are not served yet."""
    try:
        parsed = make_url(url)
    except exc.ArgumentError as error:
        raise _refused_address() from error
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        raise _refused_address()
    return Path(str(parsed.database)).resolve()


def _refused_address() -> SettingsRefused:
    return SettingsRefused(
        name="GUATU_DATABASE_URL",
        why_zh="请写成 sqlite:///路径/文件名.db；目前只支持 SQLite 文件。",
        why_en="write sqlite:///folder/file.db; only SQLite files are served so far.",
    )


def _make_folder(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsRefused(
            name="GUATU_DATABASE_URL",
            why_zh=f"无法建立 {file.name} 所在的文件夹，请换一个可写的位置。",
            why_en=f"the folder of {file.name} cannot be made; choose a place that can be written.",
        ) from error


def _require_same_file(file: Path) -> Callable[..., None]:
    """Let a pooled connection go when its file was removed or replaced meanwhile."""

    def check(_connection: Any, record: Any, _proxy: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own hook
        try:
            found = file.stat().st_ino
        except OSError as error:
            raise exc.DisconnectionError from error
        if record.info.setdefault("inode", found) != found:
            raise exc.DisconnectionError

    return check


def _write_ahead(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own hook
    """Let readers go on while somebody writes; the file keeps it, so that reading changes none."""
    connection.execute("PRAGMA journal_mode=WAL")


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
        connection.info[_AFTERWARDS] = []
        if db.dialect == "sqlite":
            # Taking the write lock first: reading, then upgrading, loses updates silently.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.rollback()
            raise
        connection.commit()
        calls = connection.info.pop(_AFTERWARDS)
    for call in calls:
        call()


_AFTERWARDS = "after commit"


def after_commit(connection: Connection, call: Callable[[], None]) -> None:
    """Have something done once the transaction is on disk; never, if it is rolled back.

    Raises
    ------
    KeyError
        The connection is not one of `transaction`.
    """
    connection.info[_AFTERWARDS].append(call)


@contextmanager
def _translated(db: Database) -> Iterator[None]:
    try:
        yield
    except exc.DBAPIError as error:
        failure = _failure(db, error)
        if failure is None:
            raise
        raise failure from error
    except (exc.DisconnectionError, exc.InvalidRequestError) as error:
        if isinstance(error, exc.DisconnectionError) or "checkout" in str(error).lower():
            raise DatabaseMissing(name=db.name) from error
        raise


_BUSY = ("locked", "busy", "readonly", "read-only", "disk i/o", "disk is full", "full")


def _failure(db: Database, error: exc.DBAPIError) -> DataError | None:
    """Find what a failure of the driver means; None where the mistake is ours."""
    message = str(error.orig).lower()
    if isinstance(error, exc.IntegrityError):
        return RuleBroken(rule=str(error.orig).split("\n", maxsplit=1)[0])
    if "no such table" in message or "unable to open" in message:
        return DatabaseMissing(name=db.name)
    if "malformed" in message or "not a database" in message or "disk image" in message:
        return DatabaseDamaged(name=db.name)
    return DatabaseBusy() if any(word in message for word in _BUSY) else None


def compact(db: Database) -> bool:
    """Leave one tidy file that holds nothing of what was removed, its write-ahead log included.

    Returns
    -------
    bool
        False while somebody reads: then the log still holds old pages, and it is to be repeated.
    """
    if db.dialect != "sqlite":
        return True
    with _translated(db), db.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        connection.execute(text("VACUUM"))
        busy, *_pages = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()
    return not busy


def check_integrity(db: Database) -> list[str]:
    """Ask SQLite itself whether the file and its references are sound; an empty list is good."""
    if db.dialect != "sqlite":
        return []
    with reading(db) as connection:
        found = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check"))]
        orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
    problems = [line for line in found if line != "ok"]
    return problems + [f"{row[0]}: row {row[1]} without its {row[2]}" for row in orphans]

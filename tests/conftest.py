"""What many tests stand on: databases, viewers, and an environment of their own."""

import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from data import cli
from data.access import Role, Viewer
from data.door import DEMO_VIEWERS
from data.engine import Database, open_database
from data.keys import load_keys
from data.settings import Settings, load_settings
from data.shared import shared_database
from tests.unit.data.tiny_world import build_tiny_world

SEED = 2016


def forget_process_state() -> None:
    """Forget the settings and the database, which a process reads once in its life."""
    load_settings.cache_clear()
    load_keys.cache_clear()
    shared_database.cache_clear()


def forget_bodies() -> None:
    """Forget the bodies of layers, which belong to one database."""
    for module in filter(None, map(sys.modules.get, ("web.atlases", "web.layers"))):
        for kept in list(vars(module).values()):
            clear = getattr(kept, "cache_clear", None)
            if callable(clear):
                clear()


@pytest.fixture(autouse=True)
def fresh_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no setting of this machine, and no database of another test, reach a test."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"GUATU_{name.upper()}", raising=False)
    forget_process_state()
    yield
    forget_process_state()


@pytest.fixture
def use_database(
    monkeypatch: pytest.MonkeyPatch, demo_file: Path, visited_file: Path
) -> Iterator[Callable[..., None]]:
    """Point the application's own settings to a database file."""
    same = {demo_file, visited_file}
    others: list[Path] = []

    def use(path: Path) -> None:
        monkeypatch.setenv("GUATU_DATABASE_URL", f"sqlite:///{path}")
        forget_process_state()
        if path not in same:  # what was read of the demonstration, which nobody changes, is kept
            others.append(path)
            forget_bodies()

    yield use
    if others:
        forget_bodies()


@pytest.fixture
def fresh_bodies() -> Iterator[None]:
    """Let a test that changes a setting read every body anew, and leave none behind."""
    forget_bodies()
    yield
    forget_bodies()


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make Wuhai's demonstration as ``python -m data init --demo`` does; for reading only."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GUATU_DATABASE_URL", f"sqlite:///{path}")
        forget_process_state()
        cli.init(demo=True, seed=SEED)
    forget_process_state()
    return path


@pytest.fixture(scope="session")
def visited_file(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the demonstration once for all visits: these leave rows in the audit, and no others."""
    return copy_database(demo_file, tmp_path_factory.mktemp("visited") / "visited.db")


@pytest.fixture(scope="session")
def demo_db(demo_file: Path) -> Iterator[Database]:
    """Open the demonstration; for reading only."""
    yield from _opened(demo_file)


@pytest.fixture
def writable_file(demo_file: Path, tmp_path: Path) -> Path:
    """Copy the demonstration."""
    return copy_database(demo_file, tmp_path / "writable.db")


def copy_database(source: Path, target: Path) -> Path:
    """Copy a database by SQLite's own backup: a file copied as it lies lacks its log."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as read,
        closing(sqlite3.connect(target)) as written,
    ):
        read.backup(written)
    return target


@pytest.fixture
def writable_demo(writable_file: Path) -> Iterator[Database]:
    """Open a copy of the demonstration that a test may write to."""
    yield from _opened(writable_file)


@pytest.fixture(scope="session")
def tiny_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the tiny world once."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.db"
    for db in _opened(path, create=True):
        build_tiny_world(db)
    return path


@pytest.fixture
def tiny_file(tiny_template: Path, tmp_path: Path) -> Path:
    """Copy the tiny world."""
    return Path(shutil.copy(tiny_template, tmp_path / "tiny.db"))


@pytest.fixture
def tiny_db(tiny_file: Path) -> Iterator[Database]:
    """Open a tiny world of three villages and twelve households that a test may write to."""
    yield from _opened(tiny_file)


def _opened(path: Path, *, create: bool = False) -> Iterator[Database]:
    db = open_database(f"sqlite:///{path}", create=create)
    yield db
    db.engine.dispose()


@pytest.fixture(scope="session")
def viewers() -> dict[str, Viewer]:
    """One viewer a role, by the names of the demonstration's list."""
    return {key: viewer for key, (viewer, _label) in DEMO_VIEWERS.items()}


@pytest.fixture(scope="session")
def leader(viewers: dict[str, Viewer]) -> Viewer:
    """Somebody who sees aggregates of the city and no small cell."""
    return viewers["leader"]


@pytest.fixture(scope="session")
def planner(viewers: dict[str, Viewer]) -> Viewer:
    """Somebody who plans, by counts."""
    return viewers["planner"]


@pytest.fixture(scope="session")
def inspector(viewers: dict[str, Viewer]) -> Viewer:
    """Somebody who inspects."""
    return viewers["inspector"]


@pytest.fixture(scope="session")
def office(viewers: dict[str, Viewer]) -> Viewer:
    """Somebody who works with all households of the city."""
    return viewers["office"]


@pytest.fixture(scope="session")
def district_office(viewers: dict[str, Viewer]) -> Viewer:
    """Somebody who works with the households of 海南区."""
    return viewers["district-150303"]


@pytest.fixture(scope="session")
def town(viewers: dict[str, Viewer]) -> Viewer:
    """Somebody who works with the households of 巴音陶亥镇."""
    return viewers["town"]


@pytest.fixture(scope="session")
def team(viewers: dict[str, Viewer]) -> Viewer:
    """Somebody who works with the households of one village."""
    return viewers["team"]


@pytest.fixture(scope="session")
def helper(viewers: dict[str, Viewer]) -> Viewer:
    """Somebody who is paired with some households and sees those."""
    return viewers["helper"]


@pytest.fixture(scope="session")
def clerk(viewers: dict[str, Viewer]) -> Viewer:
    """Somebody who keeps the ledger."""
    return viewers["clerk"]


@pytest.fixture(scope="session")
def auditor(viewers: dict[str, Viewer]) -> Viewer:
    """Somebody who reads logs and no register."""
    return viewers["auditor"]


@pytest.fixture(scope="session")
def admin(viewers: dict[str, Viewer]) -> Viewer:
    """Somebody who keeps accounts and sees no register."""
    return viewers["admin"]


@pytest.fixture(scope="session")
def tiny_office() -> Viewer:
    """Somebody who works with every household of the tiny world."""
    return Viewer("tiny-office", Role.OFFICE, ("",))

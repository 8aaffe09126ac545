"""A database that is missing, damaged or not ours: a sentence with what to do, no traceback."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pages.registry import PAGES
from tests.pages.conftest import Visitor

pytestmark = pytest.mark.usefixtures("empty_caches")

NAMES = [page.name for page in PAGES]


def make_missing(path: Path) -> None:
    """Leave nothing there."""


def make_empty(path: Path) -> None:
    path.touch()


def make_garbage(path: Path) -> None:
    path.write_bytes(b"this is no database, whatever its name says " * 200)


def make_other(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE recipe (name TEXT)")


def make_old(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE alembic_version (version_num TEXT)")
        db.execute("INSERT INTO alembic_version VALUES ('0000')")


TROUBLES = [
    (make_missing, "不存在或是空的", "make run"),
    (make_empty, "不存在或是空的", "make run"),
    (make_garbage, "已损坏或不是数据库文件", "从备份恢复"),
    (make_other, "不存在或是空的", "make run"),
    (make_old, "数据库结构版本为", "python -m data init"),
]


@pytest.mark.parametrize(
    ("make", "said", "advice"), TROUBLES, ids=[make.__name__ for make, *_ in TROUBLES]
)
@pytest.mark.parametrize("name", NAMES)
def test_trouble_is_a_sentence(  # noqa: PLR0917 - fixtures and what the table holds
    visit: Callable[..., Visitor],
    use_database: Callable[[Path], None],
    tmp_path: Path,
    name: str,
    make: Callable[[Path], None],
    said: str,
    advice: str,
):
    path = tmp_path / "broken.db"
    make(path)
    use_database(path)
    visitor = visit(name)
    assert not visitor.test.exception
    (sentence,) = visitor.errors()
    assert said in sentence
    assert advice in sentence
    assert str(tmp_path) not in sentence  # no folder of the server's is told
    assert not visitor.has_map()
    (english,) = visit(name, lang="en").errors()
    assert "database" in english
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in english)


def test_a_truncated_database_is_told(
    visit: Callable[..., Visitor],
    use_database: Callable[[Path], None],
    writable_file: Path,
):
    whole = writable_file.read_bytes()
    writable_file.write_bytes(whole[: len(whole) // 3])
    use_database(writable_file)
    visitor = visit()
    assert not visitor.test.exception
    assert visitor.errors() or visitor.has_map()
    assert all("Traceback" not in error for error in visitor.errors())
    assert all("损坏" in error for error in visitor.errors())


def test_a_repair_is_seen_without_a_restart(
    visit: Callable[..., Visitor],
    use_database: Callable[[Path], None],
    demo_file: Path,
    tmp_path: Path,
):
    path = tmp_path / "later.db"
    use_database(path)
    visitor = visit()
    assert "不存在" in visitor.errors()[0]
    path.write_bytes(demo_file.read_bytes())
    visitor.run()
    assert visitor.is_clean()
    assert visitor.has_map()

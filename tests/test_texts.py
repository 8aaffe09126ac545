"""Texts: everything that people read is marked, and everything marked is translated."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from data.settings import ROOT

PO = ROOT / "i18n" / "en" / "LC_MESSAGES" / "guatu.po"
FOLDERS = ("geo", "data", "web", "pages")
MARKS = {"translate": None, "mark": None, "say": None}  # as `make i18n` has them
CJK = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")

NOT_TRANSLATED = {
    ("pages/shell.py", "挂图 Guatu"): "the browser's title, set before the language is known",
    ("pages/ui/chrome.py", "中文"): "the name of a language in that language",
    ("web/problem.py", "系统出错，日志编号 {}。"): "stands beside its English in one answer",
    ("web/basemap.py", "天地图"): "the name of a service, as its terms ask for it",
}
"""Texts that are right as they are, each with its reason."""


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="en")


@pytest.fixture(scope="module")
def marked() -> dict[str, str]:
    """Find every marked text in the code, with one place where it stands."""
    found = {}
    for folder in FOLDERS:
        for name, _line, message, _comments, _context in extract_from_dir(
            str(ROOT / folder), keywords=MARKS, method_map=[("**.py", "python")]
        ):
            text = message if isinstance(message, str) else message[0]
            found[text] = f"{folder}/{name}"
    return found


def places(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_every_marked_text_is_translated(catalogue, marked):
    assert len(marked) > 100
    missing = [text for text in marked if not catalogue[text] or not catalogue[text].string]
    assert missing == [], "run make i18n and translate"


def test_no_translation_is_stale_or_a_guess(catalogue, marked):
    entries = [message for message in catalogue if message.id]
    assert [message.id for message in entries if message.id not in marked] == []
    assert [message.id for message in entries if message.fuzzy] == []
    assert list(catalogue.obsolete) == []


def test_translations_have_the_same_places_and_no_chinese(catalogue):
    for message in catalogue:
        if message.id:
            assert places(message.id) == places(message.string), message.id
            assert not CJK.search(message.string), message.string
            assert message.string.strip() == message.string


def test_marked_texts_are_chinese_and_whole(marked):
    for text, where in marked.items():
        assert CJK.search(text), f"{where}: {text}"
        assert text.strip() == text, f"{where}: {text}"


class Texts(ast.NodeVisitor):
    """Collects literals with Chinese signs that no mark surrounds."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []
        self.docstrings: set[int] = set()

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            self._note_docstrings(node.body)
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in MARKS:
            for part in [*node.args[1:], *(keyword.value for keyword in node.keywords)]:
                self.visit(part)
            return
        if isinstance(node, ast.keyword) and node.arg == "why_zh":
            return  # half of a failure's sentence, which brings its own English
        if isinstance(node, ast.JoinedStr):
            literal = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
            self._note(node, literal)
            for part in node.values:
                if isinstance(part, ast.FormattedValue):
                    self.visit(part.value)
            return
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self._note(node, node.value)
        self.generic_visit(node)

    def _note_docstrings(self, body: list[ast.stmt]) -> None:
        for statement in body:  # a string that stands alone documents what is above it
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                self.docstrings.add(id(statement.value))

    def _note(self, node: ast.expr, text: str) -> None:
        if id(node) not in self.docstrings and CJK.search(text):
            self.found.append((node.lineno, text))


def unmarked(path: Path) -> Iterator[tuple[int, str]]:
    texts = Texts()
    texts.visit(ast.parse(path.read_text(encoding="utf-8")))
    yield from texts.found


def read_files() -> list[Path]:
    return sorted(path for folder in ("pages", "web") for path in (ROOT / folder).rglob("*.py")
                  if "node_modules" not in path.parts)  # fmt: skip


def test_no_text_reaches_people_without_its_mark():
    found = {
        (path.relative_to(ROOT).as_posix(), text): line
        for path in read_files()
        for line, text in unmarked(path)
        if len(CJK.sub("", text)) < len(text)
    }
    punctuation = {key for key in found if not re.search(r"[\u4e00-\u9fff]", key[1])}
    assert set(found) - punctuation - set(NOT_TRANSLATED) == set()
    assert set(NOT_TRANSLATED) <= set(found), "an exception that nothing needs any more"


def test_a_text_without_its_mark_would_be_found():
    tree = ast.parse(
        '"""文档"""\ndef f(say, n):\n    """文档"""\n    say("有标记")\n    g("没有标记")\n'
        '    h(f"第{n}页")\n    say("句", name="值")\n'
    )
    texts = Texts()
    texts.visit(tree)
    assert [text for _, text in texts.found] == ["没有标记", "第{}页", "值"]


def test_scripts_of_the_map_hold_no_chinese_text():
    before_any_words_arrive = {"notices.js"}  # in both languages, while the texts are on their way
    for path in (ROOT / "pages" / "ui" / "map" / "src").rglob("*.js"):
        if path.name in before_any_words_arrive:
            continue
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"[\u4e00-\u9fff]", code), path.name

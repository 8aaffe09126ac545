"""Documents agree with the code; data sets agree with their manifest."""

import csv
import hashlib
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from data.cli import app
from data.documents import list_errors, list_tables
from data.models import Base
from data.settings import ROOT

SEED = ROOT / "data" / "seed"
MANIFEST = tomllib.loads((SEED / "manifest.toml").read_text(encoding="utf-8"))["file"]
READMES = ("README.md", "README.en.md")
# Written in pieces, so that this file does not mention what it looks for.
REGISTRIES = tuple(".".join(parts) for parts in (
    ("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs", "org"), ("npmjs", "com"),
    ("crates", "io"), ("tuna", "tsinghua"), ("mirrors", "aliyun"), ("deb", "debian"),
    ("conda", "anaconda"), ("proxy", "golang"),
))  # fmt: skip


def tracked() -> list[Path]:
    """List the files of the repository, those not yet committed included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    paths = {ROOT / name for name in listed.stdout.split("\0") if name}
    return sorted(path for path in paths if path.is_file())


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="ignore")


def rows_of(path: Path) -> int:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return sum(1 for _ in csv.DictReader(file))
    if path.suffix == ".geojson":
        return len(json.loads(path.read_text(encoding="utf-8"))["features"])
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize(
    ("name", "made"), [("errors.md", list_errors), ("data-dictionary.md", list_tables)]
)
def test_a_generated_document_is_up_to_date(name, made):
    assert text_of(ROOT / "docs" / name) == made(), "run make docs"


def test_every_column_has_a_chinese_label():
    for table in Base.metadata.tables.values():
        assert table.info["zh"]
        for column in table.columns:
            assert column.info.get("zh"), f"{table.name}.{column.name}"


def test_the_manifest_lists_every_data_set_and_nothing_else():
    found = {path.relative_to(SEED).as_posix() for path in SEED.rglob("*") if path.is_file()}
    assert {entry["name"] for entry in MANIFEST} == found - {"manifest.toml"}
    assert len({entry["name"] for entry in MANIFEST}) == len(MANIFEST)


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["name"])
def test_a_data_set_is_as_the_manifest_says(entry):
    assert set(entry) == {"name", "rows", "source", "licence", "date", "sha256"}
    path = SEED / entry["name"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"], "changed: say why"
    assert rows_of(path) == entry["rows"]
    assert re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", entry["date"])
    assert entry["source"]
    assert entry["licence"]


def test_data_sets_hold_no_code_and_nothing_of_a_person():
    identity = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
    telephone = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-\d{7,8})(?!\d)")
    for path in SEED.rglob("*"):
        assert path.suffix in {"", ".csv", ".geojson", ".md", ".toml"}, path
        if path.is_file() and path.name != "manifest.toml":
            text = text_of(path)
            assert not identity.search(text), path
            assert not telephone.search(text), path


def test_the_patterns_find_what_they_look_for():
    assert re.search(r"(?<!\d)\d{17}[\dXx](?!\d)", "11010519491231002X")
    assert not list((ROOT / "data" / "seed").rglob("*.py"))


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_says_how_to_run_and_test(readme):
    text = text_of(ROOT / readme)
    targets = set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE))
    assert {"run", "test"} <= named <= targets
    known = {command.callback.__name__ for command in app.registered_commands}
    known |= {group.name for group in app.registered_groups}
    assert set(re.findall(r"-m data (\w+)", text)) <= known


@pytest.mark.parametrize(
    "path",
    [path for path in (ROOT / name for name in ("README.md", "README.en.md", "CONTRIBUTING.md",
                                                "SECURITY.md", "CHANGELOG.md")) if path.exists()]
    + sorted((ROOT / "docs").rglob("*.md")),
    ids=lambda path: path.name,
)  # fmt: skip
def test_what_a_document_links_to_exists(path):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text_of(path)):
        if "://" not in target and not target.startswith("mailto:"):
            assert (path.parent / target).exists(), target


def test_the_two_readmes_are_twins():
    zh, en = (text_of(ROOT / name) for name in READMES)
    for pattern in (r"^## ", r"^```", r"!\[", r"^- "):
        counts = [len(re.findall(pattern, text, re.MULTILINE)) for text in (zh, en)]
        assert counts[0] == counts[1], pattern
    assert re.search(r"!\[[^\]]*\]\(docs/images/[^)]+\.png\)", zh)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.stem
)
def test_a_decision_record_is_short_and_numbered(path):
    lines = text_of(path).splitlines()
    assert len(lines) <= 25
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+", path.stem)
    assert lines[0].startswith(f"# {path.stem[:4]} ")


def test_decision_records_are_numbered_without_gap():
    numbers = [int(path.stem[:4]) for path in (ROOT / "docs" / "decisions").glob("*.md")]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_no_file_names_a_package_registry():
    own = Path(__file__)
    for path in tracked():
        if path == own or path.suffix in {".png", ".woff2", ".ttf", ".db"}:
            continue
        text = text_of(path)
        assert not [word for word in REGISTRIES if word in text], path


def test_nothing_that_set_up_makes_is_committed():
    committed = subprocess.run(
        ["git", "ls-files"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    for name in committed:
        assert not name.startswith(("node_modules/", "var/", ".venv", "web/assets/fonts/")), name
        vendored = Path(name).suffix in {".js", ".css"} and "leaflet" in name.lower()
        assert not vendored, name
        assert not name.startswith("pages/ui/map/assets/"), name


def test_ignoring_data_would_hide_code():
    ignored = text_of(ROOT / ".gitignore").splitlines()
    assert "/var/" in ignored
    assert not {"data/", "/data/", "data", "/data", "*.csv", "*.geojson"} & set(ignored)

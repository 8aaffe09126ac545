"""The house rules of who may know whom, read from the code itself."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.settings import ROOT

PACKAGES = ("geo", "data", "web", "pages")
PAGES = sorted(path for path in (ROOT / "pages").glob("*.py")
               if path.stem not in {"__init__", "registry", "shell"})  # fmt: skip


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")
                  if "node_modules" not in path.parts)  # fmt: skip


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def calls_in(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def relative(paths) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_the_import_contracts_are_kept():
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    done = subprocess.run(  # noqa: S603 - our own tool
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"Contracts: \d+ kept, 0 broken", done.stdout)
    assert int(re.search(r"(\d+) kept", done.stdout).group(1)) >= 6


def test_the_entry_composes_and_decides_nothing():
    tree = tree_of(ROOT / "app.py")
    assert imports_of(tree) == {"pathlib", "streamlit", "pages.ui.failures", "web.routes"}
    decisions = (ast.If, ast.IfExp, ast.For, ast.While, ast.Try, ast.FunctionDef, ast.ClassDef)
    assert not [node for node in ast.walk(tree) if isinstance(node, decisions)]
    assert '"pages" / "shell.py"' in (ROOT / "app.py").read_text(encoding="utf-8")


def test_every_page_is_in_the_table_and_the_other_way_round():
    from pages.registry import PAGES as table  # noqa: N811, PLC0415 - names a module of pages

    assert sorted(entry.name for entry in table) == [path.stem for path in PAGES]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_guards_itself_on_its_first_line(path):
    tree = tree_of(path)
    body = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    assert isinstance(body[0], ast.Expr)  # its docstring
    assert ast.get_docstring(tree).rstrip().endswith("?"), "says which question it answers"
    assert ast.unparse(body[1]) == f"viewer = require('{path.stem}')"
    imports = [
        i for i, node in enumerate(tree.body) if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert max(imports) < tree.body.index(body[1])


def test_no_page_is_named_like_a_module_of_the_standard_library_or_of_ours():
    names = {path.stem for path in PAGES}
    assert not names & (set(sys.stdlib_module_names) | set(PACKAGES) | {"app", "tests", "bench"})


def test_folium_is_imported_by_one_module_alone():
    users = [path for path in sources(*PACKAGES) for name in imports_of(tree_of(path))
             if name.split(".")[0] in {"folium", "branca", "streamlit_folium"}]  # fmt: skip
    assert set(relative(users)) == {"geo/offlinemap/__init__.py"}


def test_streamlits_caches_are_used_in_one_module_alone():
    cache = re.compile(r"\bst\.cache_|\bcache_(data|resource)\b")
    users = [path for path in sources(*PACKAGES) if cache.search(path.read_text("utf-8"))]
    assert relative(users) == ["pages/ui/cache.py"]


def test_streamlit_and_starlette_meet_in_the_entry_alone():
    for path in sources("geo", "data"):
        roots = {name.split(".")[0] for name in imports_of(tree_of(path))}
        assert not roots & {"streamlit", "starlette", "uvicorn"}, path
    for path in sources("pages"):
        assert "starlette" not in {n.split(".")[0] for n in imports_of(tree_of(path))}, path


@pytest.mark.parametrize(
    "forbidden",
    ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function",
     "bindPopup", "bindTooltip", "setContent(", "DOMParser", "createContextualFragment", "srcdoc"],
)  # fmt: skip
def test_no_script_of_ours_makes_html_from_text(forbidden):
    scripts = [*(ROOT / "pages" / "ui" / "map" / "src").rglob("*.js"),
               ROOT / "geo" / "offlinemap" / "sheet.js"]  # fmt: skip
    assert len(scripts) > 10
    assert relative(p for p in scripts if forbidden in p.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "forbidden",
    ["unsafe_allow_html", "unsafe_allow_javascript", "components.html", "components.v1",
     "st.markdown", "st.write(", "st.iframe"],
)  # fmt: skip
def test_no_page_lets_markup_through(forbidden):
    assert relative(p for p in sources("pages") if forbidden in p.read_text("utf-8")) == []


@pytest.mark.row(12)
@pytest.mark.parametrize(
    "forbidden", ["download_button", "st.image", "st.pdf", "st.audio", "st.video", "st.logo"]
)
def test_no_page_hands_anything_out_by_the_media_path(forbidden):
    """Who has such an address gets the file: exports go through routes that ask and record."""
    assert relative(p for p in sources("pages") if forbidden in p.read_text("utf-8")) == []


def test_html_of_pages_is_fixed_or_encoded():
    """Whatever is put into a string of HTML is encoded there, or is HTML made that way."""
    for path in sources("pages"):
        for name, call in calls_in(tree_of(path)):
            if not name.endswith(".html") or not call.args:
                continue
            for part in ast.walk(call.args[0]):
                if isinstance(part, ast.FormattedValue):
                    text = ast.unparse(part.value)
                    made = text.isidentifier() or text.startswith("encode_text(")
                    assert made, f"{path.name}: {text}"


def test_queries_take_the_viewer_as_an_argument():
    public_facts = {"get_dataset", "list_landmarks", "count_greenhouses", "count_linked_villages",
                    "list_districts_with_projects", "list_first_responsible",
                    "list_division_names", "list_rules", "verify_chain"}  # fmt: skip
    for path in sources("data/queries"):
        for node in tree_of(path).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            arguments = [argument.arg for argument in node.args.args]
            if arguments[:1] == ["db"] and node.name not in public_facts:
                assert arguments[1] == "viewer", f"{path.name}: {node.name}"


def test_geography_has_no_clock_no_chance_and_no_network():
    for path in sources("geo"):
        text = path.read_text(encoding="utf-8")
        for forbidden in ("datetime.now", "date.today", "time.time", "random", "urllib.request",
                          "httpx", "socket", "os.environ"):  # fmt: skip
            assert forbidden not in text, f"{path.name}: {forbidden}"


def test_nothing_is_named_like_a_drawer_for_everything():
    names = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert not [path for path in sources(*PACKAGES) if path.stem in names]


def test_each_table_is_written_by_its_own_module():
    writers = set()
    for path in sources("data"):
        if "migrations" in path.parts:
            continue
        for name, _call in calls_in(tree_of(path)):
            if name in {"insert", "update", "delete"}:
                writers.add(path.relative_to(ROOT).as_posix())
    # The register has one writer; the others keep what is no register.
    kept = (
        "accounts",
        "actions/rotate_keys",
        "audit",
        "full_views",
        "keyring",
        "lockouts",
        "sessions",
        "sign_ins",
        "vault",
    )
    assert writers == {"data/ledger.py", *(f"data/{name}.py" for name in kept)}

"""The command line: what it prints, what it refuses, and that it can be called twice."""

import hashlib
import json
import os
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from data import cli
from data.queries.filters import Filter
from data.queries.summary import summarize
from data.settings import ROOT
from geo.errors import AppError
from tests.unit.data.folding import EVERYBODY

SEED = 2016  # as the fixture of the demonstration
SYNTHETIC = "合成数据 Synthetic data\n"


@pytest.fixture
def run(capsys, monkeypatch):
    """Call the program as a shell does; give its exit code and what it printed where."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["data", *arguments])
        with pytest.raises(SystemExit) as caught:
            cli.run()
        printed = capsys.readouterr()
        return caught.value.code or 0, printed.out, printed.err

    return call


@pytest.fixture
def on_demo(use_database, demo_file):
    use_database(demo_file)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_summary_is_exactly_one_json_object(run, on_demo, demo_db):
    code, out, err = run("summary", "--as-of", "2016-12-31", "--json")
    assert (code, err) == (0, SYNTHETIC)
    summary = json.loads(out)
    assert summary == json.loads(json.dumps(summarize(demo_db, EVERYBODY, Filter())))
    assert (summary["persons"], summary["exited"], summary["leaders"]) == (91, 1424, 37)


def test_the_summary_takes_district_measure_and_day_of_knowledge(run, on_demo):
    code, out, _ = run(
        "summary", "--as-of", "2016-10-31", "--known-on", "2017-01-31", "--district",
        "150303000000", "--measure", "health", "--json",
    )  # fmt: skip
    summary = json.loads(out)
    assert code == 0
    head = [summary[key] for key in ("as_of", "known_on", "district", "measure", "villages")]
    assert head == ["2016-10-31", "2017-01-31", "150303", "health", 9]


def test_the_summary_for_people_names_the_open_residual(run, on_demo):
    code, out, _ = run("summary", "--as-of", "2016-12-31")
    assert code == 0
    assert re.search(r"persons\s+91\b", out)
    assert "≠ N4" in out
    assert "-2" in out


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--district", "150399"), ("--district", "[/red]"), ("--district", "[bold]x[/bold]"),
        ("--district", "150303104238"), ("--measure", "gold"), ("--measure", "{value}"),
        ("--as-of", "yesterday"), ("--as-of", "2016-02-30"), ("--known-on", "31.12.2016"),
        ("--as-of", "[link=x]"),
    ],
)  # fmt: skip
def test_an_unknown_value_gives_one_sentence_and_exit_code_one(run, on_demo, option, value):
    arguments = {"--as-of": "2016-12-31"} | {option: value}
    code, out, err = run("summary", *(part for pair in arguments.items() for part in pair))
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert value in err
    assert "Traceback" not in err


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_days_too(run, on_demo, day):
    for option in ("--as-of", "--known-on"):
        arguments = {"--as-of": "2016-12-31"} | {option: day}
        code, out, _ = run(
            "summary", *(part for pair in arguments.items() for part in pair), "--json"
        )
        assert code == 0
        assert json.loads(out)["villages"] == 19


@pytest.mark.parametrize("kind", ["missing", "empty", "garbage", "directory"])
def test_a_database_that_cannot_be_used_gives_one_sentence(run, use_database, tmp_path, kind):
    path = tmp_path / "odd.db"
    if kind == "empty":
        path.touch()
    elif kind == "garbage":
        path.write_bytes(b"not a database at all" * 500)
    elif kind == "directory":
        path.mkdir()
    use_database(path)
    for arguments in (("summary", "--as-of", "2016-12-31", "--json"), ("check",)):
        code, out, err = run(*arguments)
        assert (code, out) == (1, "")
        assert err.count("\n") == 1
        assert "odd.db" in err
        assert str(tmp_path) not in err


def test_english_is_spoken_where_the_setting_says_so(run, on_demo, monkeypatch):
    monkeypatch.setenv("GUATU_LANG", "en")
    cli.load_settings.cache_clear()
    _code, _out, err = run("summary", "--as-of", "2016-12-31", "--district", "1")
    assert "is no value of 'district'" in err


def test_refused_settings_are_said_and_not_traced(run, monkeypatch):
    monkeypatch.setenv("GUATU_BASEMAP", "tianditu")
    cli.load_settings.cache_clear()
    code, _out, err = run("check")
    assert code == 1
    assert "GUATU_TIANDITU_KEY" in err
    assert "Traceback" not in err


def test_check_ends_well_on_the_demonstration(run, on_demo):
    code, out, _ = run("check")
    assert code == 0
    assert "✗" not in out
    assert out.count("✓") >= 15


def test_a_second_init_changes_no_byte(run, use_database, writable_file):
    use_database(writable_file)
    before = sha256(writable_file)
    for _ in range(2):
        code, _out, err = run("init", "--demo", "--seed", "7")
        assert code == 0
        assert "Data in place" in err
    assert sha256(writable_file) == before


def test_the_same_seed_makes_the_same_bytes(run, use_database, demo_file, tmp_path):
    path = tmp_path / "again.db"
    use_database(path)
    assert run("init", "--demo", "--seed", str(SEED))[0] == 0
    assert sha256(path) == sha256(demo_file)


def test_a_ledger_without_persons_is_filled_later(run, use_database, tmp_path):
    """Step T1: with claims alone nothing is computed from persons that are not there."""
    use_database(tmp_path / "claims.db")
    assert run("init")[0] == 0
    summary = json.loads(run("summary", "--as-of", "2016-12-31", "--json")[1])
    assert (summary["persons"], summary["exited"], summary["coverage"]) == (0, 0, None)
    assert summary["villages"] == 19
    assert len(summary["claims"]) == 13
    assert run("init", "--demo")[0] == 0
    assert json.loads(run("summary", "--as-of", "2016-12-31", "--json")[1])["persons"] == 91


def test_a_generic_register_has_its_own_size_and_no_claim_of_wuhai(run, use_database, tmp_path):
    use_database(tmp_path / "generic.db")
    options = ("--profile", "generic", "--divisions", "12", "--households", "150", "--seed", "5")
    assert run("init", "--demo", *options)[0] == 0
    summary = json.loads(run("summary", "--as-of", "2016-01-01", "--json")[1])
    assert (summary["villages"], summary["households"], summary["coverage"]) == (12, 150, 1.0)
    assert summary["claims"] == []
    assert run("check")[0] == 0


@pytest.mark.parametrize(
    "options",
    [
        ("--profile", "generic", "--divisions", "0"),
        ("--profile", "generic", "--divisions", "-3"),
        ("--profile", "generic", "--divisions", "100", "--households", "50"),
        ("--profile", "generic", "--divisions", "10", "--households", "-1"),
        ("--profile", "atlantis"),
        ("--divisions", "3"),
        ("--households", "0"),
    ],
)
def test_an_impossible_init_is_refused_in_one_sentence(run, use_database, tmp_path, options):
    use_database(tmp_path / "impossible.db")
    code, _out, err = run("init", "--demo", *options)
    assert code == 1
    assert err.rstrip().splitlines()[-1].lstrip().startswith("✗")
    assert "Traceback" not in err


def test_init_refuses_to_prepare_a_public_demonstration(run, use_database, tmp_path, monkeypatch):
    use_database(tmp_path / "public.db")
    monkeypatch.setenv("GUATU_HOST", "0.0.0.0")  # noqa: S104
    cli.load_settings.cache_clear()
    code, _out, err = run("init", "--demo")
    assert code == 1
    assert "GUATU_DEMO_PUBLIC_CONFIRM" in err
    assert not (tmp_path / "public.db").exists()


def test_docs_writes_both_documents(tmp_path, monkeypatch):
    monkeypatch.setattr("data.documents.FOLDER", tmp_path)
    result = CliRunner().invoke(cli.app, ["docs"])
    assert result.exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data-dictionary.md", "errors.md"]


def test_the_module_runs_by_its_name(demo_file):
    environment = dict(os.environ, GUATU_DATABASE_URL=f"sqlite:///{demo_file}")
    done = subprocess.run(
        [sys.executable, "-m", "data", "summary", "--as-of", "2016-12-31", "--json"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert json.loads(done.stdout)["persons"] == 91
    assert done.stderr == SYNTHETIC


def test_every_expected_failure_is_an_app_error():
    assert issubclass(cli.BadDate, AppError)
    assert issubclass(cli.UnknownValue, AppError)

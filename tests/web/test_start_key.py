"""Production starts with the key of its own database, or not at all."""

import os
import subprocess
import sys

import pytest

from data.engine import open_database
from data.settings import ROOT
from tests.conftest import forget_process_state
from tests.e2e.production import make_key
from tests.unit.data.tiny_world import build_tiny_world

START = "from web.routes import middleware; middleware(); print('started')"


@pytest.mark.row(22)
@pytest.mark.row(33)
@pytest.mark.parametrize("case", ["own", "another", "missing"])
def test_another_data_key_ends_the_start_with_a_sentence(tmp_path, monkeypatch, case):
    own, path = make_key(), tmp_path / "own.db"
    monkeypatch.setenv("GUATU_DATA_KEY", own)
    forget_process_state()
    if case != "missing":
        db = open_database(f"sqlite:///{path}", create=True)
        build_tiny_world(db)
        db.engine.dispose()
    given = own if case != "another" else make_key()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GUATU_")} | {
        "GUATU_MODE": "production", "GUATU_DATA_KEY": given, "GUATU_SECRET_KEY": make_key(),
        "GUATU_PUBLIC_URL": "https://guatu.example", "GUATU_DATABASE_URL": f"sqlite:///{path}",
    }  # fmt: skip
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", START], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    if case == "another":
        assert done.returncode == 1
        assert "GUATU_DATA_KEY 与此数据库不符" in done.stderr
        assert "Traceback" not in done.stderr
        assert own not in done.stderr
        assert given not in done.stderr
    else:
        assert (done.returncode, done.stdout.strip()) == (0, "started"), done.stderr
        assert ("own.db" in done.stderr) == (case == "missing")

"""Commands about one person and about the keys: nothing personal is an argument."""

import base64
import io
import os
import sys

import pytest
from sqlalchemy import select

from data import cli
from data.engine import reading
from data.models import AuditEntry
from data.person_cli import person
from tests.conftest import forget_process_state
from tests.unit.data.planted import PLANTED, files_of, found_in
from tests.unit.data.tiny_world import identity_row


@pytest.fixture
def run(capsys, monkeypatch, use_database, tiny_file):
    """Call the program on the tiny world as a shell does, with lines for its standard input."""
    use_database(tiny_file)

    def call(*arguments, typed=""):
        monkeypatch.setattr(sys, "argv", ["data", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as caught:
            cli.run()
        printed = capsys.readouterr()
        return caught.value.code or 0, printed.out, printed.err

    return call


def deeds(db):
    with reading(db) as connection:
        rows = connection.execute(
            select(AuditEntry.deed, AuditEntry.target, AuditEntry.address, AuditEntry.actor)
        ).all()
    return [tuple(row) for row in rows]


@pytest.mark.row(30)
def test_a_person_is_shown_masked_and_with_a_reason_in_full(run, tiny_db):
    code, out, _ = run("person", "show", "A3")
    assert code == 0
    assert not any(value in out for value in PLANTED)
    assert out.count("50–59") == out.count("60–69") == 0 or "***" in out
    assert deeds(tiny_db) == []
    code, out, _ = run("person", "show", "A3", "--reason", "subject_request")
    assert code == 0
    for member in ("A3-1", "A3-2", "A3-3"):
        assert all(identity_row(member)[name] in out for name in ("name", "id_number", "phone"))
    assert deeds(tiny_db) == [("full_view", "A3", "cli", "operator")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "Z9"], "没有找到“Z9”"),
        (["show", "A3", "--reason", "because"], "“reason”的取值“because”不存在"),
        (["erase", "A3", "9", "--reason", "subject_request"], "1–3"),
        (["correct", "A3", "1", "--field", "salary"], "“salary”不存在"),
        (["find"], "证件号格式不对"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run, arguments, said):
    code, out, err = run("person", *arguments, typed="12\n")
    assert (code, out) == (1, "")
    assert said in err
    assert "Traceback" not in err


@pytest.mark.row(30)
def test_a_person_is_found_corrected_and_erased(run, tiny_db, tiny_file):
    wanted = identity_row("A3-2")
    code, out, err = run("person", "find", typed=wanted["id_number"] + "\n")
    assert (code, out) == (0, "A3 990121100201\n")
    assert wanted["id_number"] not in err
    code, _, err = run(
        "person", "correct", "A3", "2", "--field", "phone", "--field", "health",
        typed="10000004444\nsevere\n",
    )  # fmt: skip
    assert code == 0
    assert "phone, health" in err
    assert "10000004444" not in err
    code, out, _ = run("person", "show", "A3", "--reason", "correction")
    assert "10000004444" in out
    assert wanted["phone"] not in out
    code, _, err = run("person", "erase", "A3", "2", "--reason", "subject_request", typed="A2\n")
    assert code == 1
    assert "确认用的户编码" in err
    code, _, err = run("person", "erase", "A3", "2", "--reason", "subject_request", typed="A3\n")
    assert code == 0
    assert found_in(files_of(tiny_file), [wanted["name"], "10000004444"]) == []
    code, out, _ = run("person", "show", "A3")
    assert out.count("已依法删除") == 1
    code, _, err = run("person", "correct", "A3", "2", "--field", "phone", typed="1\n")
    assert code == 1
    assert "已依法删除" in err
    assert [row[0] for row in deeds(tiny_db)] == [
        "search", "edit", "full_view", "erasure",
    ]  # fmt: skip
    assert run("person", "sweep")[0] == 0


def test_no_command_takes_anything_personal_as_an_argument():
    for command in person.registered_commands:
        names = set(command.callback.__annotations__) - {"return"}
        assert names <= {"household", "number", "reason", "note", "field"}, command.callback


@pytest.mark.row(33)
def test_fresh_keys_differ_and_can_be_used(run, monkeypatch):
    code, out, err = run("keys", "new")
    lines = dict(line.split("=", 1) for line in out.split())
    assert (code, err) == (0, "")
    assert set(lines) == {"GUATU_SECRET_KEY", "GUATU_DATA_KEY"}
    assert len({base64.b64decode(key) for key in lines.values()}) == 2
    assert all(len(base64.b64decode(key)) == 32 for key in lines.values())
    assert run("keys", "new")[1] != out
    for name, key in lines.items():
        monkeypatch.setenv(name, key)
    forget_process_state()
    code, _, err = run("keys", "check")
    assert code == 1
    assert "GUATU_DATA_KEY 与此数据库不符" in err


@pytest.mark.row(22)
def test_keys_are_checked_and_rotated(run, monkeypatch, tmp_path, use_database):
    old, new = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))
    path = tmp_path / "own.db"
    use_database(path)
    monkeypatch.setenv("GUATU_DATA_KEY", old)
    assert run("init", "--profile", "generic", "--divisions", "2", "--households", "12")[0] == 0
    code, out, _ = run("keys", "check")
    assert code == 0
    assert "须更换" not in out
    monkeypatch.setenv("GUATU_DATA_KEY", new)
    forget_process_state()
    for command in (["keys", "check"], ["keys", "rotate"], ["check"], ["init"]):
        code, _, err = run(*command)
        assert code == 1
        assert "GUATU_DATA_KEY 与此数据库不符" in err
    monkeypatch.setenv("GUATU_DATA_KEY_FORMER", old)
    forget_process_state()
    code, out, _ = run("keys", "check")
    assert code == 0
    assert "须更换" in out
    assert run("keys", "rotate")[0] == 0
    monkeypatch.delenv("GUATU_DATA_KEY_FORMER")
    forget_process_state()
    code, out, _ = run("keys", "check")
    assert code == 0
    assert "须更换" not in out
    assert old not in out
    assert new not in out
    assert run("check")[0] == 0

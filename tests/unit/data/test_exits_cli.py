"""Exits by command: an account's password is asked for, and nothing is shorter than on the page."""

import io
import sys
from datetime import UTC, datetime

import pytest

from data import cli
from data.access import OPERATOR, Role
from data.accounts import Rights, change_rights
from data.engine import reading
from data.queries.exit_files import load_cases
from data.rules.exits import Step
from tests.unit.data.accounting import GOOD, Office, cheap_hashes
from tests.unit.data.exiting import OFFICE, TOWN, Procedure, prepare_exits

__all__ = ["cheap_hashes"]


@pytest.fixture
def run(capsys, monkeypatch, use_database, tiny_file, cheap_hashes):
    """Call the program on the tiny world as a shell does, with lines on its standard input."""
    use_database(tiny_file)

    def call(*arguments, lines=()):
        monkeypatch.setattr(sys, "argv", ["data", "exits", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        with pytest.raises(SystemExit) as caught:
            cli.run()
        printed = capsys.readouterr()
        return caught.value.code or 0, printed.out, printed.err.replace("\n", "")

    return call


@pytest.fixture
def office(tiny_db, cheap_hashes) -> Office:
    prepare_exits(tiny_db)
    office = Office(tiny_db, now=datetime.now(UTC))
    office.settle("town", Role.TOWN)
    return office


def cases(db):
    with reading(db) as connection:
        return load_cases(connection, OFFICE)


def test_a_town_opens_and_takes_steps_in_their_order(run, office):
    opening = ("open", TOWN, "--account", "town", "--household", "A4", "--on", "2017-01-05")
    code, out, _err = run(*opening, lines=[GOOD])
    assert code == 0
    batch = out.strip()
    step = ("--account", "town", "--on", "2017-01-06", "--place", "village")
    code, _out, err = run("step", batch, "7", *step, lines=[GOOD])
    assert code == 1
    assert "初选" in err
    assert cases(office.db)[0].state.steps == ()
    assert run("step", batch, "1", *step, lines=[GOOD])[0] == 0
    assert cases(office.db)[0].state.next_step is Step.REVIEWED
    code, out, _err = run("list")
    assert code == 0
    assert batch in out
    assert "民主评议 1" in out
    assert run("step", batch, "2", *step, "--household", "B2", lines=[GOOD])[0] == 1
    assert run("step", batch, "2", "--account", "town", "--on", "soon", "--place", "x",
               lines=[GOOD])[0] == 1  # fmt: skip


@pytest.mark.row(2)
def test_nobody_acts_without_the_accounts_password(run, office):
    opening = ("open", TOWN, "--account", "town", "--household", "A4", "--on", "2017-01-05")
    for lines in ([], ["wrong"], [""]):
        code, out, err = run(*opening, lines=lines)
        assert (code, out) == (1, "")
        assert "账号或口令不对" in err
    assert cases(office.db) == []
    office.add("newcomer", Role.TOWN)
    first = office.add("other", Role.TOWN)
    code, _out, err = run(*opening[:3], "other", *opening[4:], lines=[first])
    assert code == 1
    assert "登录" in err
    assert cases(office.db) == []


def test_a_principal_signs_by_the_same_rules(run, office):
    db = office.db
    procedure = Procedure(db).ready("A4")
    confirmed = [GOOD, procedure.batch]
    code, _out, err = run("sign", procedure.batch, "--account", "town", lines=confirmed)
    assert code == 1
    assert "没有关联干部代号" in err
    rights = Rights(Role.TOWN, ("990121100",), official_code="town")
    change_rights(db, OPERATOR, "town", rights)
    code, _out, err = run("sign", procedure.batch, "--account", "town", lines=confirmed)
    assert code == 1
    assert "现在轮到“村”级签字" in err
    procedure.sign("village-JIA")
    code, _out, _err = run("sign", procedure.batch, "--account", "town", lines=[GOOD, "other"])
    assert code == 1
    assert len(cases(db)[0].state.signatures) == 1
    assert run("sign", procedure.batch, "--account", "town", lines=confirmed)[0] == 0
    assert [one.level for one in cases(db)[0].state.signatures] == ["village", "town"]


def test_an_empty_list_says_so(run, office):
    code, out, err = run("list")
    assert (code, out) == (0, "")
    assert "没有办理中的批次" in err

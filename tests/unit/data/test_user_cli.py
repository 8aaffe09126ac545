"""Commands about accounts: the first administrator comes from here; no password is an argument."""

import io
import re
import sys
from datetime import UTC, datetime

import pytest

from data import cli
from data.accounts import list_accounts
from data.errors import WrongCredentials
from data.sign_ins import check_password
from data.user_cli import user
from tests.unit.data.accounting import HERE, Office, cheap_hashes

__all__ = ["cheap_hashes"]


@pytest.fixture
def run(capsys, monkeypatch, use_database, tiny_file, cheap_hashes):
    """Call the program on the tiny world as a shell does."""
    use_database(tiny_file)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["data", "user", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(""))
        with pytest.raises(SystemExit) as caught:
            cli.run()
        printed = capsys.readouterr()
        return caught.value.code or 0, printed.out, printed.err

    return call


@pytest.fixture
def office(tiny_db) -> Office:
    return Office(tiny_db, now=datetime.now(UTC))


@pytest.mark.row(4)
def test_the_first_administrator_comes_from_here(run, office):
    code, out, err = run("list")
    assert (code, out) == (0, "")
    assert "user add NAME --role admin" in err
    code, out, err = run("add", "admin", "--role", "admin")
    assert code == 0
    (first,) = out.split()
    assert first not in err
    assert office.check("admin", first) == "new_password"
    with pytest.raises(WrongCredentials):
        office.check("admin", first)


@pytest.mark.row(4)
def test_a_first_password_is_printed_once_and_stands_nowhere_else(run, office):
    _code, first, _err = run("add", "zhang", "--role", "office")
    said = "".join("".join(run(*args)[1:]) for args in (["list"], ["set", "zhang"]))
    assert first.strip() not in said
    assert "zhang" in said
    assert all(first.strip() not in str(row) for row in office.audited())
    assert "password" not in "".join(command.name or "" for command in user.registered_commands)


@pytest.mark.row(24)
def test_a_command_does_what_a_page_does_and_is_recorded(run, office):
    run("add", "zhang", "--role", "town", "--area", "990121100000", "--area", "990122100")
    assert office.account("zhang").areas == ["990121100", "990122100"]
    run("set", "zhang", "--area", "990121100")
    assert office.account("zhang").areas == ["990121100"]
    run("set", "zhang", "--until", "2026-12-31")
    assert str(office.account("zhang").expires_on) == "2026-12-31"
    run("set", "zhang", "--until", "none")
    assert office.account("zhang").expires_on is None
    run("set", "zhang", "--role", "helper", "--official", "cadre-A")
    assert office.account("zhang").areas == [""]
    run("set", "zhang", "--oidc", "subject-1")
    assert office.account("zhang").oidc_subject == "subject-1"
    run("set", "zhang", "--oidc", "none")
    assert office.account("zhang").oidc_subject is None
    _code, out, _err = run("disable", "zhang")
    assert "已停用" in out
    _code, out, _err = run("enable", "zhang")
    assert "已停用" not in out
    _code, out, _err = run("reset", "zhang")
    assert check_password(office.db, "zhang", out.strip(), address=HERE) == "new_password"
    rows = office.audited()
    assert {row[:4] for row in rows} == {("right_change", "operator", "zhang", "done")}
    assert len(rows) == 10


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "zhang", "--role", "king"], "leader"),
        (["add", "zhang", "--role", "town"], "--area"),
        (["add", "zhang", "--role", "town", "--area", "123456"], "没有这个区划代码"),
        (["add", "zhang", "--role", "helper"], "干部代号"),
        (["add", "zhang", "--role", "helper", "--official", "x"], "没有这个干部代号"),
        (["add", "zhang", "--role", "inspector", "--area", "990121"], "--until"),
        (["add", "zhang", "--role", "office", "--until", "31.12.2026"], "不是有效日期"),
        (["add", "Zhang San", "--role", "office"], "小写字母开头"),
        (["set", "nobody", "--role", "office"], "没有找到"),
        (["set", "nobody"], "没有找到"),
        (["disable", "nobody"], "没有找到"),
        (["reset", "nobody"], "没有找到"),
        (["disable", "boss"], "最后一个可用的管理员"),
        (["set", "boss", "--role", "office"], "最后一个可用的管理员"),
    ],
)
def test_a_refusal_is_one_sentence_and_an_exit_code(run, tiny_db, arguments, said):
    run("add", "boss", "--role", "admin")
    code, out, err = run(*arguments)
    assert code == 1
    assert out == ""
    assert said in re.sub(r"\s", "", err)
    assert "Traceback" not in err
    assert [account.name for account in list_accounts(tiny_db)] == ["boss"]


def test_the_list_tells_role_areas_and_state(run, tiny_db):
    run("add", "zhang", "--role", "inspector", "--area", "990121", "--until", "2026-06-30")
    run("add", "lisi", "--role", "helper", "--official", "cadre-A")
    _code, out, _err = run("list")
    helper, inspector = out.splitlines()
    assert helper.startswith("lisi · 帮扶责任人 · 全部 all")
    assert "cadre-A" in helper
    assert inspector.startswith("zhang · 督查组 · 990121")
    assert "2026-06-30" in inspector

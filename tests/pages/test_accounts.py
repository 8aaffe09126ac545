"""The page of accounts: what an administrator can do there, twice at once too, and nobody else."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from data.access import OPERATOR, ROLE_NAMES, Role, Viewer
from data.accounts import AccountFacts, Rights, add_account, disable_account, list_accounts
from data.door import _NOTED, DEMO_VIEWERS
from data.engine import Database, reading
from data.errors import WrongCredentials
from data.keys import load_keys
from data.models import AuditEntry
from data.sessions import SESSION_COOKIE, find_session, open_session
from data.settings import load_settings
from data.sign_ins import check_password, choose_password
from tests.pages.conftest import PATIENCE_S, SHELL, Visitor
from tests.unit.data.accounting import GOOD, HERE, cheap_hashes

__all__ = ["cheap_hashes"]

PAGE = "accounts"
FIRST = re.compile(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}")
pytestmark = pytest.mark.usefixtures("cheap_hashes")


@pytest.fixture
def open_page(
    visit: Callable[..., Visitor],
    use_database: Callable[[Path], None],
    writable_file: Path,
    empty_caches: None,
) -> Callable[..., Visitor]:
    """Open the page on a register that may be written to."""
    use_database(writable_file)
    _NOTED.clear()  # a refusal is recorded once a minute

    def open_as(role: str = "admin", **query: str) -> Visitor:
        return visit(PAGE, role=role, **query)

    return open_as


@pytest.fixture
def db(open_page: Callable[..., Visitor], writable_demo: Database) -> Database:
    return writable_demo


def facts(db: Database, name: str) -> AccountFacts:
    return next(account for account in list_accounts(db) if account.name == name)


@pytest.fixture
def audited(db: Database) -> Callable[[], list[tuple[str, str, str, str]]]:
    """Read the rows of the audit since the test began: deed, actor, target and reason."""
    newest = select(func.coalesce(func.max(AuditEntry.seq), 0))
    with reading(db) as connection:
        start = connection.execute(newest).scalar_one()

    def read() -> list[tuple[str, str, str, str]]:
        since = select(AuditEntry).where(AuditEntry.seq > start).order_by(AuditEntry.seq)
        with reading(db) as connection:
            rows = connection.execute(since).all()
        return [(row.deed, row.actor, row.target, row.reason.split(":")[0]) for row in rows]

    return read


def press(visitor: Visitor, label: str) -> Visitor:
    (button,) = [button for button in visitor.test.button if button.label == label]
    assert not button.disabled
    button.click()
    return visitor.run()


def choose(visitor: Visitor, name: str) -> Visitor:
    """Choose an account to change."""
    box = next(box for box in visitor.test.selectbox if box.placeholder == "选择要变更的账号")
    box.set_value(name)
    return visitor.run()


def fill(visitor: Visitor, key: str, **fields: Any) -> Visitor:
    """Fill the fields of a form; nothing runs before its button is pressed."""
    test = visitor.test
    for name, value in fields.items():
        kind = {"role": test.selectbox, "areas": test.multiselect, "official": test.text_input,
                "until": test.date_input}[name]  # fmt: skip
        kind(key=f"{key}.{name}").set_value(value)
    return visitor


def rows(visitor: Visitor) -> list[list[str]]:
    """Read the table of accounts."""
    lines = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", visitor.html(), re.DOTALL)
    return [
        [html.unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.split(r"</t[hd]>", line)][:6]
        for line in lines
    ]


def shown_password(visitor: Visitor) -> str:
    return "".join(part.value for part in visitor.test.code)


# ── Who may open it ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.row(2)
@pytest.mark.parametrize("role", [role for role in DEMO_VIEWERS if role != "admin"])
def test_nobody_but_an_administrator_opens_it(open_page, db, audited, role):
    add_account(db, OPERATOR, "zhang", Rights(Role.LEADER))
    visitor = open_page(role)
    assert "无权管理账号" in visitor.errors()[0]
    assert "zhang" not in visitor.texts()
    assert not visitor.test.button
    assert not visitor.test.text_input
    assert ("refusal", visitor_name(role), PAGE, "") in audited()


def visitor_name(role: str) -> str:
    return DEMO_VIEWERS[role][0].name


def test_without_accounts_it_says_what_to_do(open_page):
    visitor = open_page()
    assert visitor.is_clean()
    assert any("还没有账号" in part.value for part in visitor.test.info)
    assert "<table" not in visitor.html()


def test_the_list_tells_role_areas_term_and_state(open_page, db):
    add_account(db, OPERATOR, "zhang", Rights(Role.TOWN, ("150303104",)))
    add_account(db, OPERATOR, "wang", Rights(Role.LEADER))
    disable_account(db, OPERATOR, "wang")
    add_account(db, OPERATOR, "helper", Rights(Role.HELPER, official_code="干部 0001"))
    found = {row[0]: row for row in rows(open_page())}
    assert list(found) == ["helper", "wang", "zhang"]
    assert found["zhang"][1] == ROLE_NAMES[Role.TOWN]
    assert "巴音陶亥镇" in found["zhang"][2]
    assert "干部 0001" in found["helper"][2]
    assert "待更换一次性口令" in found["zhang"][3]
    assert "已停用" in found["wang"][3]
    assert found["zhang"][4:] == ["–", "0"]


@pytest.mark.row(13)
def test_nothing_of_an_account_is_read_as_markup(open_page, db):
    name = "a__b.c-d_e_"
    add_account(db, OPERATOR, name, Rights(Role.LEADER))
    visitor = choose(open_page(), name)
    assert visitor.is_clean()
    assert [row[0] for row in rows(visitor)] == [name]


# ── What can be done ────────────────────────────────────────────────────────────────────────────


@pytest.mark.row(4)
def test_a_new_account_shows_its_password_this_once(open_page, db, audited):
    visitor = open_page()
    visitor.test.text_input[0].set_value(" zhang ")
    fill(visitor, "accounts.new", role=Role.TOWN, areas=["150303104"])
    press(visitor, "增加账号")
    assert visitor.is_clean()
    first = shown_password(visitor)
    assert FIRST.fullmatch(first)
    assert [row[0] for row in rows(visitor)] == ["zhang"]
    assert facts(db, "zhang").areas == ("150303104",)
    assert check_password(db, "zhang", first, address=HERE) == "new_password"
    visitor.run()
    assert shown_password(visitor) == ""
    assert first not in visitor.texts()
    assert "guatu.first_password" not in visitor.test.session_state
    assert audited() == [("right_change", "demo-admin", "zhang", "add")]


@pytest.mark.row(4)
@pytest.mark.parametrize(
    ("name", "fields", "sentence"),
    [
        ("Zhang", {"role": Role.LEADER}, "小写字母开头"),
        ("张三", {"role": Role.LEADER}, "小写字母开头"),
        ("zhang", {"role": Role.DISTRICT}, "至少一个区、镇或村"),
        ("zhang", {"role": Role.INSPECTOR, "areas": ["150303"]}, "任务的最后一天"),
        ("zhang", {"role": Role.HELPER}, "须填台账中的干部代号"),
        ("zhang", {"role": Role.HELPER, "official": "nobody"}, "没有这个干部代号"),
        ("zhang", {"role": Role.ADMIN, "areas": ["150303"]}, "不设范围"),
        ("operator", {"role": Role.OFFICE}, "已有同名账号"),
    ],
)
def test_an_account_that_makes_no_sense_is_refused_and_the_form_is_kept(
    open_page, db, audited, name, fields, sentence
):
    visitor = open_page()
    visitor.test.text_input[0].set_value(name)
    press(fill(visitor, "accounts.new", **fields), "增加账号")
    assert sentence in visitor.errors()[0]
    assert list_accounts(db) == []
    assert visitor.test.text_input[0].value == name
    assert visitor.test.selectbox(key="accounts.new.role").value == fields["role"]
    assert audited() == []


def test_a_form_without_a_name_does_nothing(open_page, db):
    assert press(open_page(), "增加账号").is_clean()
    assert list_accounts(db) == []


def test_saving_takes_no_area_away_unseen(open_page, db):
    add_account(db, OPERATOR, "bao", Rights(Role.CLERK, ("150300000000",)))
    visitor = choose(open_page(), "bao")
    assert rows(visitor)[0][2] == "乌海市"
    fill(visitor, "accounts.bao", until=date(2030, 12, 31))
    press(visitor, "保存角色与范围")
    assert visitor.is_clean()
    assert facts(db, "bao").areas == ("1503",)
    assert facts(db, "bao").expires_on == date(2030, 12, 31)


@pytest.mark.row(8)
def test_changing_disabling_enabling_and_ending_sessions(open_page, db, audited):
    settle(db, "zhang")
    token = open_session(db, "zhang", means="password", stage="open", address=HERE)
    visitor = choose(open_page(), "zhang")
    assert rows(visitor)[0][5] == "1"
    press(visitor, "结束其全部会话")
    assert visitor.is_clean()
    assert find_session(db, token) is None
    assert rows(visitor)[0][5] == "0"
    (button,) = [button for button in visitor.test.button if button.label == "结束其全部会话"]
    assert button.disabled

    token = open_session(db, "zhang", means="password", stage="open", address=HERE)
    fill(visitor, "accounts.zhang", role=Role.DISTRICT, areas=["150303", "150304"])
    press(visitor, "保存角色与范围")
    assert visitor.is_clean()
    assert facts(db, "zhang").role is Role.DISTRICT
    assert facts(db, "zhang").areas == ("150303", "150304")
    assert find_session(db, token) is None

    press(visitor, "确认停用")
    assert visitor.is_clean()
    assert facts(db, "zhang").is_disabled
    with pytest.raises(WrongCredentials):
        check_password(db, "zhang", GOOD, address=HERE)
    press(visitor, "启用")
    assert visitor.is_clean()
    assert check_password(db, "zhang", GOOD, address=HERE) == "open"
    done = [why for _deed, actor, _target, why in audited() if actor == "demo-admin"]
    assert done == ["end sessions", "set", "disable", "enable"]


@pytest.mark.row(4)
def test_a_reset_shows_a_new_password_this_once(open_page, db):
    settle(db, "zhang")
    visitor = press(choose(open_page(), "zhang"), "确认重置")
    first = shown_password(visitor)
    assert FIRST.fullmatch(first)
    with pytest.raises(WrongCredentials):
        check_password(db, "zhang", GOOD, address=HERE)
    assert check_password(db, "zhang", first, address=HERE) == "new_password"
    assert shown_password(visitor.run()) == ""


@pytest.mark.row(4)
def test_the_last_administrator_stays(open_page, db):
    settle(db, "chief", Role.ADMIN)
    visitor = choose(open_page(), "chief")
    press(visitor, "确认停用")
    assert "最后一个可用的管理员账号" in visitor.errors()[0]
    press(fill(visitor, "accounts.chief", role=Role.LEADER), "保存角色与范围")
    assert "最后一个可用的管理员账号" in visitor.errors()[0]
    assert facts(db, "chief").role is Role.ADMIN
    assert not facts(db, "chief").is_disabled


@pytest.mark.row(29)
@pytest.mark.parametrize("deed", ["保存角色与范围", "确认停用", "确认重置"])
def test_the_second_of_two_tabs_is_told_and_nothing_is_lost(open_page, db, deed):
    settle(db, "zhang")
    first, second = choose(open_page(), "zhang"), choose(open_page(), "zhang")
    press(fill(first, "accounts.zhang", role=Role.PLANNER), "保存角色与范围")
    assert first.is_clean()
    fill(second, "accounts.zhang", role=Role.OFFICE)
    press(second, deed)
    (error,) = second.errors()
    assert "demo-admin 已于" in error
    assert "角色" in error
    assert facts(db, "zhang").role is Role.PLANNER
    assert not facts(db, "zhang").is_disabled
    assert shown_password(second) == ""
    # What was chosen is still there; whoever has compared may go on.
    if deed == "保存角色与范围":
        assert second.test.selectbox(key="accounts.zhang.role").value is Role.OFFICE
    press(second, deed)
    assert second.is_clean()
    assert facts(db, "zhang").version == 3


@pytest.mark.row(29)
def test_whoever_saves_twice_or_comes_back_meets_no_conflict_with_themselves(open_page, db):
    settle(db, "zhang")
    settle(db, "wang")
    visitor = choose(open_page(), "zhang")
    for role in (Role.PLANNER, Role.OFFICE):
        press(fill(visitor, "accounts.zhang", role=role), "保存角色与范围")
        assert visitor.is_clean()
    choose(visitor, "wang")
    disable_account(db, OPERATOR, "zhang")
    choose(visitor, "zhang")
    press(visitor, "启用")
    assert visitor.is_clean()
    assert not facts(db, "zhang").is_disabled


def settle(db: Database, name: str, role: Role = Role.LEADER) -> None:
    """Make an account whose owner has chosen a password."""
    first = add_account(db, OPERATOR, name, Rights(role))
    check_password(db, name, first, address=HERE)
    choose_password(db, name, GOOD, address=HERE)


# ── In production ───────────────────────────────────────────────────────────────────────────────


@dataclass
class Chief:
    """The administrator `chief`, signed in, with pages open."""

    db: Database
    token: str
    patch: pytest.MonkeyPatch

    def open(self, page: str = PAGE) -> Visitor:
        test = AppTest.from_file(SHELL, default_timeout=PATIENCE_S)
        if page != "leader":
            test.switch_page(f"{page}.py")
        return Visitor(test, "nobody", self.patch).run()

    @property
    def viewer(self) -> Viewer:
        signed = find_session(self.db, self.token)
        assert signed is not None
        return signed.viewer


@pytest.fixture
def chief(db: Database, monkeypatch: pytest.MonkeyPatch) -> Chief:
    """Let the administrator come in as in production: by a session's cookie alone."""
    settle(db, "chief", Role.ADMIN)
    settle(db, "other", Role.ADMIN)
    token = open_session(db, "chief", means="password", stage="open", address=HERE)
    load_keys()  # those of the demonstration's register, which production would refuse
    monkeypatch.setenv("GUATU_MODE", "production")
    load_settings.cache_clear()
    cookies = property(lambda _context: {SESSION_COOKIE: token})
    monkeypatch.setattr(ContextProxy, "cookies", cookies)
    return Chief(db, token, monkeypatch)


@pytest.mark.row(2)
def test_a_preview_shows_the_pages_of_a_role_and_nobodys_rows(chief, audited):
    visitor = chief.open()
    assert visitor.is_clean()
    (role,) = [box for box in visitor.test.selectbox if box.form_id == "accounts.preview"]
    (areas,) = [box for box in visitor.test.multiselect if box.form_id == "accounts.preview"]
    assert ROLE_NAMES[Role.ADMIN] not in role.options
    role.set_value(Role.DISTRICT)
    areas.set_value(["150303"])
    press(visitor, "开始预览")
    assert chief.viewer == Viewer("x", Role.DISTRICT, ("150303",), is_preview=True)
    assert visitor.is_clean()
    assert visitor.has_map()
    assert any("预览" in part.value for part in visitor.test.text)
    # Households are nobody's in a preview, and accounts cannot be kept through other eyes.
    assert len(chief.open("village").test.dataframe) == 0
    for page in ("accounts", "households"):
        refused = chief.open(page)
        assert len(refused.test.dataframe) == 0
        assert not [box for box in refused.test.text_input if "账号" in box.label]
    press(chief.open("leader"), "结束预览")  # a test's session does not follow to another page
    assert chief.viewer == Viewer("x", Role.ADMIN, ())
    told = [(deed, actor, target, why) for deed, actor, target, why in audited()
            if deed == "view_as"]  # fmt: skip
    assert told == [
        ("view_as", "chief", "150303", "as district"),
        ("view_as", "chief", "district", "end"),
    ]


@pytest.mark.row(2)
def test_a_preview_of_a_place_that_is_not_chosen_is_refused(chief):
    visitor = chief.open()
    (role,) = [box for box in visitor.test.selectbox if box.form_id == "accounts.preview"]
    role.set_value(Role.TOWN)
    press(visitor, "开始预览")
    assert "至少一个区、镇或村" in visitor.errors()[0]
    assert chief.viewer == Viewer("x", Role.ADMIN, ())


@pytest.mark.row(4)
def test_nobody_resets_their_own_account_and_loses_the_password_with_the_session(chief):
    visitor = choose(chief.open(), "chief")
    (button,) = [button for button in visitor.test.button if button.label == "确认重置"]
    assert button.disabled
    visitor = press(choose(visitor, "other"), "确认重置")
    assert FIRST.fullmatch(shown_password(visitor))


@pytest.mark.row(8)
def test_whoever_was_disabled_meanwhile_does_nothing_more(chief):
    visitor = choose(chief.open(), "other")
    disable_account(chief.db, OPERATOR, "chief")
    visitor.test.button(key="accounts.other.disable").click()
    visitor.run()
    assert "请先从首页进入并登录" in visitor.errors()[0]
    assert not facts(chief.db, "other").is_disabled
    assert "other" not in visitor.texts()

"""Who gets in: strangers nowhere, each role where the table says, nobody by a page file alone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from data.access import OPERATOR, Role
from data.accounts import Rights, add_account, change_rights, disable_account
from data.door import _NOTED, DEMO_VIEWERS
from data.engine import Database, reading
from data.keys import load_keys
from data.models import AuditEntry
from data.sessions import SESSION_COOKIE, end_session, open_session
from data.settings import ROOT, load_settings
from pages.registry import PAGES
from tests.pages.conftest import PATIENCE_S, SHELL, Visitor

NAMES = [page.name for page in PAGES]
HIDDEN_FROM_FIGURES = ("auditor", "admin", "helper")
SEES_HOUSEHOLDS = (
    "office", "district-150302", "district-150303", "district-150304", "town", "team", "clerk",
)  # fmt: skip
SEES_FIGURES = tuple(role for role in DEMO_VIEWERS if role not in HIDDEN_FROM_FIGURES)
ADMITTED = {
    "leader": SEES_FIGURES,
    "village": SEES_FIGURES,
    "claims": SEES_FIGURES,
    "households": (*SEES_HOUSEHOLDS, "helper"),
    "audit": ("office", "district-150302", "district-150303", "district-150304", "auditor"),
    "accounts": ("admin",),
    "household": (*SEES_HOUSEHOLDS, "helper"),
    "gaps": (*SEES_HOUSEHOLDS, "helper"),
    "exits": (*SEES_HOUSEHOLDS, "leader"),
    "monitoring": SEES_HOUSEHOLDS,
    "closes": SEES_HOUSEHOLDS,
    "matrices": SEES_FIGURES,
}
WANTED = {
    "leader": "查看汇总数据", "village": "查看汇总数据", "claims": "查看汇总数据",
    "households": "查看户名单", "audit": "查看审计记录", "accounts": "管理账号",
    "household": "查看户名单", "gaps": "查看户名单", "exits": "查看脱贫程序",
    "monitoring": "处置监测预警", "closes": "查看不足五户的数据", "matrices": "查看汇总数据",
}  # fmt: skip
FRONT = {"helper": "households", "auditor": "audit", "admin": "accounts"}
"""Whoever may not see the front page is led to the first page of their own."""

DONGXING = "150303104238"
SIGN_IN = "请先从首页进入并登录"


def shows_only(test: AppTest, sentence: str) -> None:
    """Check that the sentence is all there is."""
    assert not test.exception
    (error,) = test.error
    assert sentence in error.value.replace("\\", "")
    for kind in ("bidi_component", "dataframe", "arrow_vega_lite_chart", "selectbox", "page_link",
                 "text_input", "button", "metric", "tab"):  # fmt: skip
        assert len(test.get(kind)) == 0, kind
    body = "".join(part.body for part in test.get("html"))
    assert not any(f'class="{kind}"' in body for kind in ("g-card", "g-table", "g-figures"))


def is_refused(test: AppTest, page: str) -> bool:
    sentence = f"无权{WANTED[page]}"
    return any(sentence in error.value.replace("\\", "") for error in test.error)


@pytest.mark.row(2)
def test_every_page_of_the_registry_is_in_the_table():
    assert sorted(ADMITTED) == sorted(NAMES)


@pytest.mark.row(1)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_file_run_alone_refuses_a_stranger(visit: Callable[..., Visitor], name: str):
    test = AppTest.from_file(ROOT / "pages" / f"{name}.py", default_timeout=PATIENCE_S)
    test.query_params["village"] = DONGXING
    test.run()
    shows_only(test, SIGN_IN)
    assert len(test.main.children) == 1


@pytest.mark.row(1)
@pytest.mark.parametrize("name", NAMES)
def test_a_forged_visitor_is_no_visitor(visit: Callable[..., Visitor], name: str):
    test = AppTest.from_file(ROOT / "pages" / f"{name}.py", default_timeout=PATIENCE_S)
    test.session_state["guatu.viewer"] = "office"
    shows_only(test.run(), SIGN_IN)


@pytest.mark.row(2)
@pytest.mark.parametrize("role", DEMO_VIEWERS)
@pytest.mark.parametrize("name", NAMES)
def test_roles_and_pages(visit: Callable[..., Visitor], name: str, role: str):
    visitor = visit(name, role=role)
    shown = FRONT.get(role, name) if name == "leader" else name
    if role not in ADMITTED[shown]:
        shows_only(visitor.test, f"无权{WANTED[name]}")
        return
    assert visitor.is_clean()
    assert visitor.has_map() == (shown == "leader")
    if shown in {"village", "claims"}:
        assert "<table" in visitor.html()
    if shown in {"leader", "village", "claims"}:
        listed = shown == "village" and role in SEES_HOUSEHOLDS
        assert len(visitor.test.dataframe) == int(listed)
    assert any("增加账号" in button.label for button in visitor.test.button) == (
        shown == "accounts"
    )


@pytest.mark.row(2)
@pytest.mark.parametrize("role", SEES_FIGURES)
def test_every_role_sees_its_own_villages_only(visit: Callable[..., Visitor], role: str):
    areas = DEMO_VIEWERS[role][0].areas
    visitor = visit("village", role=role)
    offered = visitor.test.selectbox[0]
    assert offered.options
    # Codes are not on screen: each village is opened by its address, as anybody could.
    for code in ("150302101203", "150303104236", DONGXING, "150304101008"):
        visitor.test.query_params["village"] = code
        visitor.run()
        reached = code.startswith(areas)
        assert (visitor.query()["village"] == code) == reached
        assert ("没有找到" in visitor.html()) != reached


@pytest.mark.row(2)
def test_a_change_of_role_within_a_session_takes_effect_at_once(visit: Callable[..., Visitor]):
    visitor = visit("village", role="office", village=DONGXING)
    assert len(visitor.test.dataframe) == 1
    visitor.role = "auditor"
    shows_only(visitor.run().test, "无权查看汇总数据")
    visitor.role = "leader"
    visitor.run()
    assert visitor.is_clean()
    assert len(visitor.test.dataframe) == 0


# ── In production ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def production(
    visit: Callable[..., Visitor],
    use_database: Callable[[Path], None],
    writable_file: Path,
    empty_caches: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Visitor]:
    """Open a page in production, with nothing but the cookies of a browser."""
    use_database(writable_file)
    load_keys()  # those of the demonstration's register, which production would refuse
    monkeypatch.setenv("GUATU_MODE", "production")
    load_settings.cache_clear()
    _NOTED.clear()

    def open_page(page: str, token: str = "", **query: str) -> Visitor:
        kept = {SESSION_COOKIE: token} if token else {}
        cookies = property(lambda _context: kept | {"guatu_demo_role": "office"})
        monkeypatch.setattr(ContextProxy, "cookies", cookies)
        test = AppTest.from_file(SHELL, default_timeout=PATIENCE_S)
        if page != "leader":
            test.switch_page(f"{page}.py")
        for name, value in query.items():
            test.query_params[name] = value
        return Visitor(test, "office", monkeypatch).run()

    return open_page


def signed_in(db: Database, role: Role, *areas: str, stage: str = "open") -> str:
    """Make an account, and a session of it; give the token."""
    viewer = next(viewer for viewer, _ in DEMO_VIEWERS.values() if viewer.role == role)
    until = datetime.now(UTC).date() + timedelta(days=2) if role is Role.INSPECTOR else None
    given = areas or tuple(area for area in viewer.areas if area)
    rights = Rights(
        role, given or ("1503",) * (role in {Role.INSPECTOR, Role.CLERK}), viewer.official, until
    )
    add_account(db, OPERATOR, "zhang", rights)
    return open_session(db, "zhang", means="password", stage=stage, address="192.0.2.10")


@pytest.mark.row(1)
@pytest.mark.parametrize("name", NAMES)
def test_production_lets_nobody_in_without_a_session(
    production, writable_demo: Database, name: str
):
    for token in ("", "made-up", "A" * 43):
        shows_only(production(name, token, village=DONGXING).test, SIGN_IN)
    shows_only(production(name, lang="en").test, "sign in before opening this page")


@pytest.mark.row(1)
@pytest.mark.row(7)
@pytest.mark.parametrize("stage", ["second_factor", "new_password", "enrolment"])
def test_production_lets_nobody_in_half_way(production, writable_demo: Database, stage: str):
    token = signed_in(writable_demo, Role.OFFICE, stage=stage)
    for name in NAMES:
        shows_only(production(name, token).test, SIGN_IN)


@pytest.mark.row(2)
@pytest.mark.parametrize("role", Role)
def test_in_production_a_session_opens_the_pages_of_its_role(
    production, writable_demo: Database, role: Role
):
    token = signed_in(writable_demo, role)
    key = next(key for key, (viewer, _) in DEMO_VIEWERS.items() if viewer.role == role)
    for name in NAMES:
        test = production(name, token).test
        assert not test.exception
        shown = FRONT.get(key, name) if name == "leader" else name
        assert is_refused(test, shown) == (key not in ADMITTED[shown]), name
        assert is_refused(test, shown) or not test.error, name


@pytest.mark.row(2)
def test_in_production_the_account_decides_what_is_reached(production, writable_demo: Database):
    token = signed_in(writable_demo, Role.TEAM, DONGXING)
    visitor = production("village", token, village=DONGXING)
    assert visitor.is_clean()
    assert len(visitor.test.dataframe) == 1
    visitor.test.query_params["village"] = "150303104236"
    visitor.run()
    assert "没有找到" in visitor.html()
    assert "zhang" in "".join(part.body for part in visitor.test.get("html"))


@pytest.mark.row(8)
@pytest.mark.parametrize("deed", ["sign out", "disable", "other rights"])
def test_in_production_an_open_page_asks_again_at_every_run(
    production, writable_demo: Database, deed: str
):
    token = signed_in(writable_demo, Role.OFFICE)
    visitor = production("village", token, village=DONGXING)
    assert len(visitor.test.dataframe) == 1
    if deed == "sign out":
        end_session(writable_demo, token, "sign_out")
    elif deed == "disable":
        disable_account(writable_demo, OPERATOR, "zhang")
    else:
        change_rights(writable_demo, OPERATOR, "zhang", Rights(Role.LEADER))
    shows_only(visitor.run().test, SIGN_IN)


@pytest.mark.row(24)
def test_a_refused_page_is_recorded_once_with_who_and_from_where(
    production, writable_demo: Database
):
    token = signed_in(writable_demo, Role.LEADER)
    visitor = production("accounts", token)
    visitor.run().run()
    refused = select(AuditEntry).where(AuditEntry.deed == "refusal", AuditEntry.actor == "zhang")
    with reading(writable_demo) as connection:
        (row,) = connection.execute(refused).all()
    assert (row.actor, row.role, row.address) == ("zhang", "leader", "192.0.2.10")
    assert (row.target, row.result) == ("accounts", "refused")

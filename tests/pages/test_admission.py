"""Who gets in: strangers nowhere, each role where the table says, nobody by a page file alone."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from data.door import DEMO_VIEWERS
from data.settings import ROOT, load_settings
from pages.registry import PAGES
from tests.pages.conftest import PATIENCE_S, Visitor

NAMES = [page.name for page in PAGES]
REFUSED = ("auditor", "admin", "helper")
SEES_HOUSEHOLDS = (
    "office", "district-150302", "district-150303", "district-150304", "town", "team", "clerk",
)  # fmt: skip
DONGXING = "150303104238"


def shows_only(test: AppTest, sentence: str) -> None:
    """Check that the sentence is all there is."""
    assert not test.exception
    (error,) = test.error
    assert sentence in error.value.replace("\\", "")
    for kind in ("bidi_component", "dataframe", "arrow_vega_lite_chart", "selectbox", "page_link"):
        assert len(test.get(kind)) == 0
    body = "".join(part.body for part in test.get("html"))
    assert not any(f'class="{kind}"' in body for kind in ("g-card", "g-table", "g-figures"))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_file_run_alone_refuses_a_stranger(visit: Callable[..., Visitor], name: str):
    test = AppTest.from_file(ROOT / "pages" / f"{name}.py", default_timeout=PATIENCE_S)
    test.query_params["village"] = DONGXING
    test.run()
    shows_only(test, "请先从首页进入并登录")
    assert len(test.main.children) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_forged_visitor_is_no_visitor(visit: Callable[..., Visitor], name: str):
    test = AppTest.from_file(ROOT / "pages" / f"{name}.py", default_timeout=PATIENCE_S)
    test.session_state["guatu.viewer"] = "office"
    shows_only(test.run(), "请先从首页进入并登录")


@pytest.mark.parametrize("name", NAMES)
def test_production_lets_nobody_in_yet(
    visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch, name: str
):
    monkeypatch.setenv("GUATU_MODE", "production")
    load_settings.cache_clear()
    shows_only(visit(name, role="office").test, "请先从首页进入并登录")
    shows_only(visit(name, role="office", lang="en").test, "sign in before opening this page")


@pytest.mark.parametrize("role", DEMO_VIEWERS)
@pytest.mark.parametrize("name", NAMES)
def test_roles_and_pages(visit: Callable[..., Visitor], name: str, role: str):
    visitor = visit(name, role=role)
    if role in REFUSED:
        shows_only(visitor.test, "无权查看汇总数据")
        return
    assert visitor.is_clean()
    assert visitor.has_map() == (name == "leader")
    assert ("<table" in visitor.html()) == (name != "leader")
    listed = name == "village" and role in SEES_HOUSEHOLDS
    assert len(visitor.test.dataframe) == int(listed)


@pytest.mark.parametrize("role", [role for role in DEMO_VIEWERS if role not in REFUSED])
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


def test_a_change_of_role_within_a_session_takes_effect_at_once(visit: Callable[..., Visitor]):
    visitor = visit("village", role="office", village=DONGXING)
    assert len(visitor.test.dataframe) == 1
    visitor.role = "auditor"
    shows_only(visitor.run().test, "无权查看汇总数据")
    visitor.role = "leader"
    visitor.run()
    assert visitor.is_clean()
    assert len(visitor.test.dataframe) == 0

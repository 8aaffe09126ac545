"""The leaders' page in transition: what a filter change makes of sentence, address and panel."""

import json
import re
from collections.abc import Callable

import pytest

from data.queries.filters import INDICATORS, KINDS, MODES
from tests.pages.conftest import Visitor

HAINAN, WUDA = "150303", "150304"
DONGXING = "150303104238"
DEFAULT = {
    "district": "", "measure": "", "as_of": "2016-12-31", "indicator": "remaining",
    "kinds": list(KINDS), "village": "", "mode": "symbols",
}  # fmt: skip
# A citizen's number, a telephone, an official's code.
PERSONAL = re.compile(r"\d{17}[\dXx]|(?<!\d)1[3-9]\d{9}(?!\d)|(?:领导|干部|负责人) ?\d")


def notes(visitor: Visitor) -> list[str]:
    """Give the notes about this filter; that figures are carried forward is said of any."""
    said = visitor.message()["notes"]
    return [note for note in said if "没有登记事件" not in note]


def test_first_picture(visit: Callable[..., Visitor]):
    visitor = visit()
    assert visitor.is_clean()
    told = visitor.message()
    assert told["filter"] == DEFAULT
    assert "截至2016年12月31日" in told["sentence"]
    assert notes(visitor) == []
    assert visitor.query() == {"as_of": "2016-12-31", "lang": "zh-CN"}
    assert "合成数据" in visitor.html()
    assert "89 ≠ 台账 91" in visitor.html()


def test_a_change_on_the_map_changes_sentence_address_and_picture(visit: Callable[..., Visitor]):
    visitor = visit().send(
        district=HAINAN, measure="industry", as_of="2016-06-30", indicator="reach",
        kinds=["vineyard"], mode="shade",
    )  # fmt: skip
    told = visitor.message()
    assert all(
        word in told["sentence"] for word in ("2016年6月30日", "海南区", "产业扶持", "措施覆盖率")
    )
    assert visitor.query() == {
        "district": HAINAN, "measure": "industry", "as_of": "2016-06-30", "indicator": "reach",
        "kinds": "vineyard", "mode": "shade", "lang": "zh-CN",
    }  # fmt: skip
    assert told["save_url"].endswith(
        "district=150303&measure=industry&as_of=2016-06-30&indicator=reach&mode=shade"
        "&kinds=vineyard&lang=zh-CN"
    )
    assert visitor.is_clean()


def test_the_address_of_any_picture_gives_it_back(visit: Callable[..., Visitor]):
    first = visit().send(
        district=WUDA, measure="NAT5.schooling", as_of="2017-03-31", indicator="coverage",
        kinds=["tourism", "greenhouse"], village="150304101008", mode="shade",
    )  # fmt: skip
    again = visit(**first.query())
    assert again.message() == first.message()
    assert again.html() == first.html()


def test_no_kind_at_all_survives_the_address(visit: Callable[..., Visitor]):
    visitor = visit().send(kinds=[])
    assert visitor.query()["kinds"] == "none"
    assert visit(kinds="none").message()["filter"]["kinds"] == []


def test_a_village_fills_the_panel_and_links_to_its_page(visit: Callable[..., Visitor]):
    visitor = visit().send(village=DONGXING, as_of="2016-11-30")
    assert "<h3>东兴村</h3>" in visitor.html()
    for heading in ("人口", "责任人", "措施（户）", "项目", "记录与位置"):
        assert f"<h4>{heading}</h4>" in visitor.html()
    (link,) = visitor.test.get("page_link")
    assert link.proto.page == "village"
    assert link.proto.query_string == f"village={DONGXING}&as_of=2016-11-30&lang=zh-CN"
    visitor.send(village="")
    assert "<h3>东兴村</h3>" not in visitor.html()
    assert len(visitor.test.get("page_link")) == 0


@pytest.mark.parametrize(
    ("parts", "is_linked"),
    [
        ({}, True),
        ({"district": HAINAN}, True),
        ({"district": HAINAN, "village": DONGXING}, True),
        ({"district": WUDA}, False),
        ({"measure": "health"}, False),
        ({"as_of": "2016-11-30"}, False),
        ({"as_of": "2017-01-31"}, False),
        ({"indicator": "exited"}, True),
    ],
)
def test_the_differing_figure_is_linked_where_it_was_published(
    visit: Callable[..., Visitor], parts: dict[str, str], *, is_linked: bool
):
    claim = visit().send(**parts).message()["claim"]
    if is_linked:
        assert claim["text"] == "≠ 公布数 89（−2）"
        assert claim["href"].startswith("/claims?")
    else:
        assert claim is None


def test_measures_without_a_record_say_so(visit: Callable[..., Visitor]):
    assert len(notes(visit().send(measure="NAT5.relocation"))) == 1


@pytest.mark.parametrize(
    ("name", "value", "said", "shown"),
    [
        ("district", "999999", "“district”的取值“999999”不存在", {}),
        ("district", "150303000000", None, {"district": HAINAN}),
        ("measure", "{{7*7}}", "“measure”的取值“{{7*7}}”不存在", {}),
        ("as_of", "2016-13-01", "“2016-13-01”不是有效日期", {}),
        ("as_of", "2016-05-10", "现显示 2016-05-31", {"as_of": "2016-05-31"}),
        ("as_of", "1999-12-31", "现显示 2016-01-01", {"as_of": "2016-01-01"}),
        ("as_of", "2016-07", None, {"as_of": "2016-07-31"}),
        ("indicator", "luck", "“indicator”的取值“luck”不存在", {}),
        ("kinds", "mine,vineyard", "“kinds”的取值“mine”不存在", {"kinds": ["vineyard"]}),
        ("mode", "3d", "“mode”的取值“3d”不存在", {}),
        ("village", "1503" * 30, "没有找到“1503", {}),
    ],
)
def test_bad_values_are_said_and_replaced(
    visit: Callable[..., Visitor], name: str, value: str, said: str | None, shown: dict[str, object]
):
    visitor = visit(**{name: value})
    assert visitor.is_clean()
    told = visitor.message()
    assert told["filter"] == DEFAULT | shown
    assert [str(said) in note for note in notes(visitor)] == ([] if said is None else [True])
    assert all(len(note) < 200 for note in notes(visitor))
    assert visitor.query().get(name) != value


@pytest.mark.parametrize(
    "sent",
    [
        None, "text", 7, [], {}, {"filter": None}, {"filter": "text"}, {"filter": {"as_of": 5}},
        {"filter": {"kinds": 5}}, {"filter": {"kinds": None}}, {"filter": {"kinds": [["x"]]}},
        {"filter": {"district": ["150303"]}}, {"filter": {"village": {"a": 1}}},
        {"filter": {"as_of": "9" * 10_000}},
    ],
)  # fmt: skip
def test_anything_may_come_from_a_browser(visit: Callable[..., Visitor], sent: object):
    visitor = visit()
    visitor.test.session_state["guatu_map"] = sent
    visitor.run()
    assert visitor.is_clean()
    assert visitor.message()["filter"]["as_of"] == "2016-12-31"


def test_languages(visit: Callable[..., Visitor]):
    visitor = visit(lang="en", district=HAINAN, village=DONGXING)
    told = visitor.message()
    assert told["sentence"].startswith("As of 31 December 2016, Hainan District")
    assert told["places_url"].startswith("/layers/en/")
    assert "<h3>Dongxing Village</h3>" in visitor.html()
    visitor.test.query_params["lang"] = "zh-CN"
    visitor.run()
    assert "海南区" in visitor.message()["sentence"]
    assert "<h3>东兴村</h3>" in visitor.html()


def test_the_menu_changes_the_language(visit: Callable[..., Visitor]):
    visitor = visit(district=HAINAN)
    visitor.test.segmented_control[0].set_value("en")
    visitor.run()
    assert visitor.query() == {"district": HAINAN, "as_of": "2016-12-31", "lang": "en"}
    assert "Hainan District" in visitor.message()["sentence"]


def test_the_filter_survives_a_visit_to_another_page(visit: Callable[..., Visitor]):
    visitor = visit(district=HAINAN, as_of="2016-08-31", kinds="vineyard")
    wanted = visitor.message()["filter"]
    visitor.go("claims").go("leader")
    assert visitor.message()["filter"] == wanted


def test_an_address_typed_over_the_maps_word_is_followed(visit: Callable[..., Visitor]):
    visitor = visit().send(district=HAINAN)
    before = visitor.message()["seq"]
    visitor.run()
    assert visitor.message()["seq"] == before  # nothing new: the map keeps its own word
    visitor.test.query_params["district"] = WUDA
    visitor.run()
    assert visitor.message()["filter"]["district"] == WUDA
    assert visitor.message()["seq"] > before


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("role", ["leader", "office", "team"])
def test_the_message_to_the_browser_is_small_and_impersonal(
    visit: Callable[..., Visitor], role: str, lang: str
):
    visitor = visit(role=role, lang=lang, village=DONGXING, district="nowhere")
    (board,) = visitor.test.get("bidi_component")
    assert len(board.proto.json.encode()) < 5_000
    told = visitor.message()
    assert set(told) == {
        "places_url", "values_url", "ver", "seq", "filter", "sentence", "notes", "claim",
        "save_url", "view",
    }  # fmt: skip
    text = json.dumps(told, ensure_ascii=False)
    assert not PERSONAL.search(text.replace(DONGXING, ""))
    # A selected village goes by its code; its name and its people are Python's to show. Only the
    # sentence names a place: the area that is shown.
    text = text.replace(told["sentence"], "")
    assert "东兴" not in text
    assert "Dongxing" not in text


def test_every_choice_of_the_map_makes_a_sentence(visit: Callable[..., Visitor]):
    visitor = visit()
    for indicator in INDICATORS:
        for mode in MODES:
            visitor.send(indicator=indicator, mode=mode)
            assert visitor.is_clean()
            assert INDICATORS[indicator] in visitor.message()["sentence"]

"""One village's page: chosen by address or list, listed by household only for those who may."""

import re
from collections.abc import Callable

import pytest

from tests.pages.conftest import Visitor

DONGXING, YIKESHU = "150303104238", "150303104236"
PERSONAL = re.compile(r"\d{17}[\dXx]|(?<!\d)1[3-9]\d{9}(?!\d)")


def figures(visitor: Visitor) -> list[str]:
    return re.findall(r"g-figure g-\w+\"><span>.*?</span><b>(.*?)</b>", visitor.html())


def test_address_chooses_the_village_and_the_day(visit: Callable[..., Visitor]):
    visitor = visit("village", village=DONGXING, as_of="2016-06-30")
    assert visitor.is_clean()
    assert "<h3>东兴村</h3>" in visitor.html()
    assert "2016年6月30日" in visitor.html()
    assert len(figures(visitor)) == 6
    assert len(visitor.test.get("arrow_vega_lite_chart")) + len(visitor.test.get("vega_lite_chart"))


def test_the_list_changes_address_and_figures(visit: Callable[..., Visitor]):
    visitor = visit("village", role="office", village=DONGXING, as_of="2016-12-31")
    before = figures(visitor)
    visitor.test.selectbox[0].set_value(YIKESHU)
    visitor.run()
    assert visitor.query() == {"village": YIKESHU, "as_of": "2016-12-31", "lang": "zh-CN"}
    assert "<h3>一棵树村</h3>" in visitor.html()
    assert figures(visitor) != before
    assert figures(visit("village", role="office", village=YIKESHU)) == figures(visitor)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("village", "150303999999", "没有找到“150303999999”"),
        ("village", "![x](http://evil.example/x.png)", "没有找到“![x](http://evil.example/x.png)”"),
        ("village", "<img src=x onerror=alert(1)>", "没有找到“&lt;img src=x onerror=alert(1)&gt;”"),
        ("as_of", "{{7*7}}", "“&#123;&#123;7*7&#125;&#125;”不是有效日期"),
        ("as_of", "2016-05-10", "现显示 2016-05-31"),
    ],
)
def test_bad_values_are_said_as_written(
    visit: Callable[..., Visitor], name: str, value: str, said: str
):
    visitor = visit("village", **{name: value})
    assert visitor.is_clean()
    assert said in visitor.html()
    assert visitor.query()[name] != value
    assert len(figures(visitor)) == 6


@pytest.mark.parametrize("role", ["office", "clerk", "district-150303", "town", "team"])
def test_households_are_listed_without_anybodys_identity(visit: Callable[..., Visitor], role: str):
    visitor = visit("village", role=role, village=DONGXING)
    (listed,) = visitor.test.dataframe
    assert list(listed.value.columns) == [
        "household", "persons", "status", "cause", "measures", "cadres",
    ]  # fmt: skip
    assert len(listed.value) > 5
    assert set(listed.value["status"]) <= {"未脱贫", "已脱贫"}
    assert not PERSONAL.search(visitor.texts())


@pytest.mark.parametrize("role", ["leader", "planner", "inspector"])
def test_others_see_counts_and_no_small_cell(visit: Callable[..., Visitor], role: str):
    visitor = visit("village", role=role, village=DONGXING)
    assert len(visitor.test.dataframe) == 0
    assert any("只看汇总" in caption.value for caption in visitor.test.caption)
    assert "&lt;5" in visitor.html()
    office = visit("village", role="office", village=DONGXING)
    assert "&lt;5" not in office.html()


def test_english(visit: Callable[..., Visitor]):
    visitor = visit("village", role="office", village=DONGXING, lang="en")
    assert visitor.test.selectbox[0].value == DONGXING
    assert "Dongxing Village" in visitor.test.selectbox[0].options
    assert "<h3>Dongxing Village</h3>" in visitor.html()
    (listed,) = visitor.test.dataframe
    assert not re.search(r"[\u4e00-\u9fff]", " ".join(map(str, listed.value["status"])))
    assert "2016" in visitor.html()


def test_claims_page(visit: Callable[..., Visitor]):
    visitor = visit("claims", district="150303")
    assert visitor.is_clean()
    assert visitor.query() == {"lang": "zh-CN"}
    assert "公布 89 人，台账按事件折算为 91 人，未解释差额 −2" in visitor.html()
    assert len(re.findall(r"<tr><th scope=\"row\">", visitor.html())) > 10
    english = visit("claims", lang="en")
    assert "89" in english.html()
    notice = re.search(r"g-notice\"[^>]*>(.*?)<", english.html())
    assert notice
    assert not re.search(r"[\u4e00-\u9fff]", notice[1])

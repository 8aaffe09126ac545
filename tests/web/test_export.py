"""The saved map: one file that needs no network, and in which names are only ever text."""

import html
import re
import sqlite3
from html.parser import HTMLParser

import pytest

MAP = "/export/map.html"
HOSTILE = (
    "{{7*7191}}", "{% raw %}", "{% endraw %}{{ 7*7191 }}", "${alert(7191)}", "`${alert(7191)}`",
    "<img src=x onerror=alert(7191)>", "</script><script>alert(7191)</script>",
    "'\"><svg onload=alert(7191)>", "\\u003cscript\\u003ealert(7191)", "<!--7191", "]]>7191",
    "\u2028alert(7191)", "%7B%7B7191%7D%7D", "{#7191#}", "#{7191}", "<%= 7191 %>", "&lt;b&gt;7191",
)  # fmt: skip
EVALUATED = str(7 * 7191)
LIVE = set("<>\"'`{}$\\\u2028")


class Reader(HTMLParser):
    """What a browser makes of a page: elements, handlers, addresses, and the text people see."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.addresses: list[str] = []
        self.scripts: list[str] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.handlers.append(f"{tag} {name}")
            if name in {"src", "href", "action", "data", "srcset", "formaction"}:
                self.addresses.append(value or "")

    def handle_data(self, data):
        last = self.tags[-1] if self.tags else ""
        if last == "script" and self.cdata_elem == "script":
            self.scripts.append(data)
        elif self.cdata_elem is None:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


@pytest.fixture
def hostile_file(writable_file):
    """Write a hostile name into every place, project, enterprise and measure."""
    connection = sqlite3.connect(writable_file)
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in triggers.fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    for table in ("division", "project", "enterprise", "landmark", "measure"):
        rows = connection.execute(f"SELECT rowid FROM {table}").fetchall()  # noqa: S608 - ours
        for i, (row,) in enumerate(rows):
            name = f"{table}{i} {HOSTILE[i % len(HOSTILE)]}"
            connection.execute(
                f"UPDATE {table} SET name_zh = ?, name_en = ? WHERE rowid = ?",  # noqa: S608
                (name, name, row),
            )
    connection.commit()
    connection.close()
    return writable_file


def test_the_map_is_sent_to_be_kept_and_may_run_nothing_here(visit):
    answer = visit().get(MAP, params={"as_of": "2016-10-31", "district": "150303"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    disposition = answer.headers["content-disposition"]
    assert re.fullmatch(r'attachment; filename="guatu-2016-10-31-150303-\w+\.html"', disposition)
    assert answer.headers["content-security-policy"] == "sandbox allow-scripts"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("mode", ["symbols", "shade"])
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_file_asks_nobody_for_anything(visit, mode, lang):
    page = visit("office").get(MAP, params={"mode": mode, "lang": lang}).text
    reader = Reader(page)
    assert all(address.startswith(("data:", "#")) for address in reader.addresses)
    assert "link" not in reader.tags
    assert "iframe" not in reader.tags
    assert reader.handlers == []
    styles = re.findall(r"url\(([^)]*)\)", page)
    assert all(style.strip("'\"").startswith(("data:", "#")) for style in styles)
    assert "@import" not in page


@pytest.mark.parametrize(("lang", "mark"), [("zh-CN", "合成数据"), ("en", "Synthetic data")])
def test_the_file_says_that_its_data_are_synthetic(visit, lang, mark):
    assert mark in Reader(visit().get(MAP, params={"lang": lang}).text).text


def test_the_file_holds_the_figures_the_sentence_and_the_day(visit):
    reader = Reader(visit("office").get(MAP, params={"as_of": "2016-12-31"}).text)
    for part in ("1,515", "1,424", "91", "2016年12月31日", "东兴村", "WGS84", "示意位置"):
        assert part in reader.text
    early = Reader(visit("office").get(MAP, params={"as_of": "2016-01-01"}).text)
    assert "1,424" not in early.text


def test_the_file_speaks_english_without_a_chinese_sign(visit):
    reader = Reader(visit("office").get(MAP, params={"lang": "en"}).text)
    assert "31 December 2016" in reader.text
    assert not [sign for sign in reader.text if "一" <= sign <= "鿿"]


def test_a_replaced_value_is_said_in_the_file(visit):
    reader = Reader(visit().get(MAP, params={"district": "150399", "as_of": "2016-06-15"}).text)
    assert "150399" in reader.text
    assert "2016-06-30" in reader.text


def test_a_leaders_file_holds_no_small_cell_of_the_offices(visit):
    shown = {}
    for role in ("leader", "office"):
        page = visit(role).get(MAP, params={"as_of": "2016-12-31", "district": "150303"}).text
        shown[role] = Reader(page).text
    assert "<5" in shown["leader"]
    assert shown["leader"].count("<5") > shown["office"].count("<5")


@pytest.mark.parametrize("role", ["district-150302", "team"])
def test_a_file_ends_at_the_viewers_areas(visit, role):
    text = Reader(visit(role).get(MAP).text).text
    assert ("东兴村" in text) == (role == "team")
    assert ("新地村" in text) == (role == "district-150302")
    assert "91" not in re.findall(r"\b91\b", text) or role == "team"


@pytest.mark.parametrize("indicator", ["remaining", "reach", "coverage", "leaders", "places"])
def test_every_indicator_can_be_saved(visit, indicator):
    answer = visit().get(MAP, params={"indicator": indicator, "kinds": "none", "mode": "shade"})
    assert answer.status_code == 200
    assert f"-{indicator}.html" in answer.headers["content-disposition"]


@pytest.mark.parametrize("mode", ["symbols", "shade"])
def test_hostile_names_stay_names(visit, hostile_file, mode):
    plain = Reader(visit("office").get(MAP, params={"mode": mode}).text)
    site = visit("office", database=hostile_file)
    page = site.get(MAP, params={"mode": mode, "measure": "industry"}).text
    reader = Reader(page)
    # The same elements, no handler, nothing evaluated, and no name inside a script as it is.
    assert set(reader.tags) == set(plain.tags)
    assert reader.tags.count("script") == plain.tags.count("script")
    assert reader.handlers == []
    assert EVALUATED not in page
    assert all(address.startswith(("data:", "#")) for address in reader.addresses)
    for name in HOSTILE:
        if set(name) & LIVE:
            assert f" {name}" not in page, name
    # … and shown as written.
    seen = html.unescape(reader.text)
    for name in ("{{7*7191}}", "{% raw %}", "${alert(7191)}", "<img src=x onerror=alert(7191)>",
                 "</script><script>alert(7191)</script>"):  # fmt: skip
        assert name in reader.text or name in seen, name


def test_hostile_names_stay_names_in_the_layers_too(visit, hostile_file):
    site = visit("office", database=hostile_file)
    answer = site.get("/layers/zh-CN/places.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    body = answer.json()
    named = [*body["units"]["name"], *body["projects"]["name"], *body["names"].values()]
    for name in HOSTILE:
        assert any(text.endswith(name) for text in named), name
    assert EVALUATED not in answer.text


def test_a_name_cannot_leave_the_header_of_the_download(visit):
    answer = visit().get(MAP, params={"district": '150303"\r\nx: y', "indicator": "a\r\nb"})
    assert answer.headers["content-disposition"].endswith('-all-remaining.html"')
    assert "x" not in answer.headers

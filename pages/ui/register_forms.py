"""Forms of the register: one an act, each with its day, its reason and what proves it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import streamlit as st

from data.access import Action, Viewer, can
from data.actions.enter_event import Entered, Entry, enter_event
from data.actions.enter_household import Newcomer, NewHousehold, enter_household
from data.actions.enter_member import NewMember, enter_member
from data.actions.grounds import ENTRY_FIELDS, Grounds
from data.actions.merge_households import Merge, merge_households
from data.actions.split_household import Split, split_household
from data.models import EventKind, Status
from data.queries.filters import Filter
from data.queries.instants import CHINA
from data.queries.statuses import RegisterFile, get_register_file, list_cause_kinds
from data.rules.people import HOUSEHOLD_TYPES, STANDARDS
from data.rules.transitions import DETECTED, KIND_NAMES, REASONS, STATUS_NAMES, may_follow
from data.shared import shared_database
from data.text import Lang, mark, render_error
from geo.errors import AppError
from pages.ui.cards import draw_notice
from pages.ui.newcomer_forms import ask_newcomer, wording
from pages.ui.people import RELATIONS, SEXES
from pages.ui.register_outcomes import draw_outcome, keep_outcome
from pages.ui.words import speak

_JOINED: Final = "joined"
"""The act of somebody who was on no register before; all other acts are named like their kind."""
_ACTS: Final = (
    EventKind.PRE_EXIT,
    EventKind.RELAPSED,
    _JOINED,
    EventKind.NATURAL_DECREASE,
    EventKind.REMOVED,
    EventKind.CLOSED,
    EventKind.SPLIT,
    EventKind.MERGED,
    EventKind.CORRECTED,
    EventKind.NATURAL_INCREASE,
    EventKind.IDENTIFIED,
)
_ACT_NAMES: Final[Mapping[str, str]] = {
    **{str(kind): name for kind, name in KIND_NAMES.items()},
    _JOINED: mark("自然增加（新成员）"),
    EventKind.NATURAL_INCREASE: mark("自然增加（原成员回归）"),
    EventKind.IDENTIFIED: mark("重新识别"),
}
_HINTS: Final = {
    EventKind.PRE_EXIT: mark("预脱贫只是标记，不改变人数。"),
    EventKind.RELAPSED: mark("返贫人员沿用原编号，此前的脱贫记录保留。"),
    _JOINED: mark("出生、婚入、迁入的新成员。曾在册的人请选“原成员回归”或先用证件号查找。"),
    EventKind.NATURAL_DECREASE: mark("死亡、婚出、迁出。"),
    EventKind.REMOVED: mark("经核实不符合标准或登记错误的，退出名册。"),
    EventKind.CLOSED: mark("销户包括全部在册成员。"),
    EventKind.SPLIT: mark("拆出的成员另立一户，同村，沿用主要致贫原因和结对；总人数不变。"),
    EventKind.MERGED: mark("全部成员并入另一户；总人数不变，原户编码不再使用。"),
    EventKind.CORRECTED: mark("只作标记和说明，不改变人数。"),
    EventKind.NATURAL_INCREASE: mark("曾出册、现回到本户的成员，沿用原编号。"),
    EventKind.IDENTIFIED: mark("曾出册、经核实再次符合标准的成员，沿用原编号。"),
}
_FIRST_DAY: Final = datetime(2014, 1, 1, tzinfo=CHINA).date()
_MOST: Final = 8
_ROUND: Final = "register.round"


@dataclass(frozen=True)
class _Answers:
    """What was typed into a form."""

    grounds: Grounds
    members: tuple[str, ...] = ()
    into: str = ""
    newcomer: Newcomer | None = None


def draw_register_forms(viewer: Viewer, household: str, lang: Lang) -> None:
    """Draw the acts that may happen to a household now, and the form of the chosen one.

    Nothing is drawn for who keeps no register there.
    """
    say, state = speak(lang), st.session_state
    today = datetime.now(CHINA).date()
    file = get_register_file(
        shared_database(), viewer, household, as_of=today, ages_on=Filter().as_of
    )
    if not can(viewer, Action.KEEP_REGISTER, file.village):
        return
    draw_outcome(viewer, lang)
    # What was on the screen when the form was filled in; this run shows the newest.
    shown = f"register.base.{household}"
    base = str(state.get(shown, file.base))
    round_ = state.setdefault(_ROUND, 0)
    what, hint = st.columns([0.4, 0.6], vertical_alignment="bottom")
    act = what.selectbox(
        say("登记事项"),
        [act for act in _ACTS if _is_possible(act, file)],
        index=None,
        key=f"register.{round_}.{household}.act",
        format_func=lambda act: say(_ACT_NAMES[act]),
        placeholder=say("选择要登记的事项"),
    )
    if act is None:
        hint.caption(
            say("每项登记写明日期、原因和依据，登记后可撤销。脱贫退出由“脱贫程序”第九步录入。")
        )
    else:
        hint.caption(say(_HINTS[act]))
        answers = _ask(act, file, f"register.{round_}.{household}.{act}", lang)
        if answers is not None:
            _submit(viewer, act, household, answers, base, lang)
    state[shown] = file.base


def _is_possible(act: str, file: RegisterFile) -> bool:
    on_file = int(file.members["status"].isin([Status.REGISTERED, Status.EXITED]).sum())
    if act in {_JOINED, EventKind.MERGED}:
        return on_file > 0
    if act == EventKind.SPLIT:
        return on_file > 1
    return bool(_list_eligible(act, file))


def _list_eligible(act: str, file: RegisterFile) -> list[str]:
    """List the members to whom an act may happen, by their ids."""
    return [
        str(row["id"])
        for row in file.members.to_dict("records")
        if may_follow(EventKind(act), Status(row["status"]) if row["status"] else None)
    ]


def _ask(act: str, file: RegisterFile, key: str, lang: Lang) -> _Answers | None:
    """Draw the form of an act; give what was typed once it is submitted."""
    say = speak(lang)
    kind = EventKind.NATURAL_INCREASE if act == _JOINED else EventKind(act)
    with st.form(key, border=True):
        newcomer = ask_newcomer(f"{key}.person", lang) if act == _JOINED else None
        members: tuple[str, ...] = ()
        if act not in {_JOINED, EventKind.MERGED}:
            members = _ask_members(act, file, key, lang)
        into = ""
        if act == EventKind.MERGED:
            into = st.text_input(
                say("并入户编码"), key=f"{key}.into", placeholder=say("H 开头的户编码"),
                autocomplete="off",
            ).strip()  # fmt: skip
        grounds = _ask_grounds(kind, key, lang)
        wanted = st.form_submit_button(say("提交登记"), type="primary", icon=":material/edit_note:")
    return _Answers(grounds, members, into, newcomer) if wanted else None


def _ask_members(act: str, file: RegisterFile, key: str, lang: Lang) -> tuple[str, ...]:
    """Ask for members by what tells them apart without naming anybody."""
    say = speak(lang)
    rows = {str(row["id"]): row for row in file.members.to_dict("records")}
    names = {
        member: _label(place, row, lang)
        for place, (member, row) in enumerate(rows.items(), start=1)
    }
    eligible = _list_eligible(act, file)
    if act == EventKind.CLOSED:
        st.caption(say("成员：{names}", names="；".join(names[member] for member in eligible)))
        return tuple(eligible)
    chosen = st.pills(
        say("成员"),
        eligible,
        selection_mode="multi",
        default=eligible if len(eligible) == 1 and act != EventKind.SPLIT else [],
        key=f"{key}.members",
        format_func=names.__getitem__,
    )
    return tuple(chosen)


def _label(place: int, row: Mapping[Any, Any], lang: Lang) -> str:
    say = speak(lang)
    status = STATUS_NAMES[Status(row["status"])] if row["status"] else mark("未入册")
    relation, sex = str(row["relation"]), str(row["sex"])
    words = (RELATIONS.get(relation, relation), SEXES.get(sex, sex))
    return " · ".join([str(place), *map(say, words), str(row["birth_year"]), say(status)])


def _ask_grounds(kind: EventKind, key: str, lang: Lang) -> Grounds:
    say = speak(lang)
    today = datetime.now(CHINA).date()
    as_of = Filter().as_of
    detection, why, proof = (ENTRY_FIELDS[name] for name in ("detected_on", "reason", "evidence"))
    places = iter(st.columns(3))
    detected = None
    if kind in DETECTED:
        detected = next(places).date_input(
            say(detection), as_of, _FIRST_DAY, today, key=f"{key}.detected"
        )
    label = say("纳入日期") if kind in DETECTED else say("发生日期")
    occurred = next(places).date_input(label, as_of, _FIRST_DAY, today, key=f"{key}.day")
    reason = next(places).selectbox(
        say(why),
        list(REASONS[kind]),
        index=None,
        key=f"{key}.reason",
        format_func=lambda code: say(REASONS[kind][code]),
        placeholder=say("请选择"),
    )
    evidence = st.text_input(
        say(proof),
        key=f"{key}.evidence",
        max_chars=120,
        autocomplete="off",
        placeholder=say("如：村民代表会议记录、证明编号。不写姓名、证件号、电话"),
    )
    return Grounds(occurred, reason or "", evidence, detected)


def _submit(
    viewer: Viewer, act: str, household: str, answers: _Answers, base: str, lang: Lang
) -> None:
    """Enter what was typed; when it is refused it stays in the form, and the sentence says why."""
    try:
        done = _enter(viewer, act, household, answers, base)
    except AppError as error:
        draw_notice(render_error(error, lang))
        return
    _finish(viewer, done)


def _enter(viewer: Viewer, act: str, household: str, answers: _Answers, base: str) -> Entered:
    db, grounds = shared_database(), answers.grounds
    if answers.newcomer is not None:
        return enter_member(db, viewer, NewMember(household, answers.newcomer, grounds, base))
    if act == EventKind.SPLIT:
        return split_household(db, viewer, Split(household, answers.members, grounds, base))
    if act == EventKind.MERGED:
        return merge_households(db, viewer, Merge(household, answers.into, grounds, base))
    entry = Entry(household, EventKind(act), answers.members, grounds, base)
    return enter_event(db, viewer, entry)


def _finish(viewer: Viewer, done: Entered) -> None:
    keep_outcome(viewer, done)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.session_state.pop(f"register.base.{done.household}", None)
    st.rerun()


def draw_new_household(viewer: Viewer, village: str, lang: Lang) -> None:
    """Draw the form in which a newly identified household of a village is entered."""
    say = speak(lang)
    if not can(viewer, Action.KEEP_REGISTER, village):
        return
    draw_outcome(viewer, lang)
    key = f"register.{st.session_state.setdefault(_ROUND, 0)}.{village}.new"
    with st.expander(say("登记新识别户"), icon=":material/group_add:", key=f"{key}.open"):
        found = _ask_household(viewer, village, key, lang)
        if found is None:
            return
        try:
            done = enter_household(shared_database(), viewer, found)
        except AppError as error:
            draw_notice(render_error(error, lang))
            return
    _finish(viewer, done)


def _ask_household(viewer: Viewer, village: str, key: str, lang: Lang) -> NewHousehold | None:
    """Draw the form of a new household; give what was typed once it is submitted."""
    say = speak(lang)
    persons = st.columns(3)[0].number_input(say("家庭人口"), 1, _MOST, 1, key=f"{key}.persons")
    kinds = list_cause_kinds(shared_database(), viewer)
    causes = {code: names[lang] for code, names in kinds.items()}
    with st.form(key, border=True):
        st.caption(say("户编码由系统生成；证件号校验后加密保存，姓名等可以以后补录。"))
        lists = {"household_type": HOUSEHOLD_TYPES, "standard": STANDARDS, "main_cause": causes}
        codes = [
            place.selectbox(
                say(ENTRY_FIELDS[name]),
                list(words),
                index=None,
                key=f"{key}.{name}",
                format_func=wording(words, lang),
                placeholder=say("请选择"),
            )
            for place, (name, words) in zip(st.columns(3), lists.items(), strict=True)
        ]
        newcomers = tuple(
            ask_newcomer(f"{key}.{number}", lang, number=number)
            for number in range(1, int(persons) + 1)
        )
        grounds = _ask_grounds(EventKind.IDENTIFIED, key, lang)
        wanted = st.form_submit_button(
            say("提交新识别户"), type="primary", icon=":material/edit_note:"
        )
    if not wanted:
        return None
    household_type, standard, main_cause = (code or "" for code in codes)
    return NewHousehold(village, household_type, standard, main_cause, newcomers, grounds)

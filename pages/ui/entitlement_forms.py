"""The rules of support with their states; the medical waterfall with all its terms typed in."""

from datetime import date
from decimal import Decimal
from typing import Final

import streamlit as st

from data.access import Action, Viewer, can
from data.actions.record_bill import BillEntry, record_bill
from data.errors import NotFound
from data.queries.entitlements import list_rules
from data.queries.filters import Filter
from data.queries.people import get_household
from data.rules.entitlements import RULE_SENTENCES
from data.rules.medical import (
    LAYER_NAMES,
    LAYERS,
    Exact,
    Layer,
    Remainder,
    Settlement,
    Share,
    Terms,
    settle,
)
from data.shared import shared_database
from data.text import Lang, format_number, mark, render_error
from geo.errors import AppError
from pages.ui.cards import draw_figures, draw_notice, draw_table
from pages.ui.gap_acts import carry_out
from pages.ui.words import speak

_STATES: Final = {"in_force": mark("生效"), "pending_document": mark("待附文件")}
_MODES: Final = {"share": mark("按比例"), "exact": mark("按结算单金额")}
_LAST_MODES: Final = {"remainder": mark("余额全部支付"), "exact": mark("按结算单金额")}
_ASKED: Final = "gaps.asked"
_MOST_YUAN: Final = 100_000_000.0


def draw_rules(lang: Lang) -> None:
    """Draw the rules: what each says, whom it is about, and whether it computes anything."""
    say = speak(lang)
    rules = list_rules(shared_database())
    name, population = (
        ("name_zh", "population_zh") if lang == "zh-CN" else ("name_en", "population_en")
    )
    draw_table(
        [say("规则"), say("名称"), say("对象"), say("状态"), say("内容"), say("来源")],
        (
            [
                str(row["code"]), str(row[name]), str(row[population]),
                say(_STATES[str(row["state"])]),
                say(RULE_SENTENCES[str(row["code"])]) if row["code"] in RULE_SENTENCES else "–",
                str(row["source_id"]),
            ]
            for row in rules.to_dict("records")
        ),
        stack=True,
    )  # fmt: skip
    st.caption(
        say(
            "“待附文件”的规则只知名称，不计算任何金额，也不能登记发放；"
            "须由数据负责人附上写明标题、文号、日期和页码的文件。"
        )
    )
    st.caption(say("R-EDU-4 是否包括高中没有说明，这里不包括；R-EDU-1 的半数遇奇数分时舍去半分。"))


def draw_waterfall(viewer: Viewer, lang: Lang) -> None:
    """Draw the calculator; nothing is filled in beforehand."""
    say = speak(lang)
    st.caption(
        say(
            "次序固定：基本医保、大病保险、医疗救助，余额由救助供养经费解决；"
            "每层的余额进入下一层。各层参数未公布，须按文件逐项填写，缺一项即不计算。"
        )
    )
    total, patient, only = st.columns([0.34, 0.33, 0.33])
    bill = total.number_input(
        say("医疗费用（元）"), min_value=0.0, max_value=_MOST_YUAN, value=None, step=0.01,
        format="%.2f", key="gaps.bill",
    )  # fmt: skip
    yes_no = {"yes": say("是"), "no": say("否")}
    tekun = patient.segmented_control(
        say("患者是特困人员"), list(yes_no), format_func=yes_no.__getitem__, key="gaps.tekun"
    )
    limited = only.segmented_control(
        say("救助供养经费只用于特困人员"), list(yes_no), format_func=yes_no.__getitem__,
        key="gaps.only",
    )  # fmt: skip
    columns = st.columns(4)
    layers = {
        layer: _draw_layer(layer, column, lang)
        for layer, column in zip(LAYERS, columns, strict=True)
    }
    asked = st.button(say("计算"), type="primary", icon=":material/calculate:")
    # Once asked for, the result follows what is typed: never an old one beside new terms.
    if not (asked or st.session_state.get(_ASKED)):
        return
    st.session_state[_ASKED] = True
    if bill is None:
        draw_notice(say("请填写医疗费用。"))
        return
    terms = Terms(**layers, is_fund_for_tekun_only=_answer(limited))
    try:
        found = settle(_fen(bill), terms, is_tekun=_answer(tekun))
    except AppError as error:
        draw_notice(render_error(error, lang))
        return
    _draw_settlement(found, lang)
    if can(viewer, Action.KEEP_FILES):
        _draw_bill(viewer, found, lang)


def _draw_bill(viewer: Viewer, found: Settlement, lang: Lang) -> None:
    """Draw the form that enters what was computed as a bill of somebody."""
    say = speak(lang)
    with (
        st.expander(say("登记为一笔医疗费用"), icon=":material/receipt_long:"),
        st.form("gaps.bill.entry", border=False),
    ):
        st.caption(say("只登记结算单上的实际金额，不登记试算的假设。"))
        which, who, when = st.columns(3)
        household = which.text_input(say("户编码（代号）"), max_chars=40)
        place = who.number_input(say("成员序号（1 为户主）"), min_value=1, value=None, step=1)
        day = when.date_input(say("结算日期"), value=Filter().as_of)
        wanted = st.form_submit_button(say("登记费用"), icon=":material/check:")
    if wanted and place is not None and isinstance(day, date):
        carry_out(
            "entered", lang, lambda: _enter_bill(viewer, household.strip(), int(place), day, found)
        )
    elif wanted:
        st.warning(say("请填写户编码和成员序号。"))


def _enter_bill(viewer: Viewer, household: str, place: int, day: date, found: Settlement) -> None:
    members = list(get_household(shared_database(), viewer, household).members["id"])
    if place > len(members):
        raise NotFound(what=f"{household} · {place}")
    record_bill(
        shared_database(), viewer,
        BillEntry(
            household, str(members[place - 1]), day, found.total_fen,
            *(getattr(found, f"{layer}_fen") for layer in LAYERS),
        ),
    )  # fmt: skip


def _draw_layer(layer: str, place: st.delta_generator.DeltaGenerator, lang: Lang) -> Layer | None:
    """Draw one layer's terms; give them as far as they are filled in."""
    say = speak(lang)
    modes = _LAST_MODES if layer == "fund" else _MODES
    with place.container(border=True, key=f"layer_{layer}"):
        st.caption(say(LAYER_NAMES[layer]))
        mode = st.selectbox(
            say("支付方式"), list(modes), index=None, key=f"gaps.{layer}.mode",
            format_func=lambda code: say(modes[code]), placeholder=say("请选择"),
        )  # fmt: skip
        if mode == "exact":
            return Exact(ask_yuan(say("支付金额（元）"), f"gaps.{layer}.amount"))
        if mode == "remainder":
            return Remainder()
        return _draw_share(layer, lang) if mode == "share" else None


def _draw_share(layer: str, lang: Lang) -> Share:
    say = speak(lang)
    deductible = ask_yuan(say("起付线（元）"), f"gaps.{layer}.deductible")
    ratio = st.number_input(
        say("支付比例（%）"), min_value=0.0, max_value=100.0, value=None, step=0.01,
        format="%.2f", key=f"gaps.{layer}.ratio",
    )  # fmt: skip
    ceiling = st.selectbox(
        say("封顶线"), ["yes", "no"], index=None, key=f"gaps.{layer}.has_ceiling",
        format_func=lambda code: say("有封顶线") if code == "yes" else say("没有封顶线"),
        placeholder=say("请选择"),
    )  # fmt: skip
    most = ask_yuan(say("封顶金额（元）"), f"gaps.{layer}.ceiling") if ceiling == "yes" else None
    return Share(
        deductible_fen=deductible,
        ratio=None if ratio is None else _fen(ratio),
        has_ceiling=_answer(ceiling),
        ceiling_fen=most,
    )


def ask_yuan(label: str, key: str) -> int | None:
    """Ask for an amount in yuan, nothing filled in; give it in 分."""
    yuan = st.number_input(
        label, min_value=0.0, max_value=_MOST_YUAN, value=None, step=0.01, format="%.2f", key=key
    )
    return None if yuan is None else _fen(yuan)


def _fen(number: float) -> int:
    """Turn what was typed with two decimals into hundredths, exactly."""
    return int((Decimal(repr(number)) * 100).to_integral_value())


def _answer(chosen: str | None) -> bool | None:
    return {"yes": True, "no": False}.get(chosen or "")


def _draw_settlement(found: Settlement, lang: Lang) -> None:
    """Draw what each layer finds, pays and leaves; together they are the bill."""
    say = speak(lang)

    def yuan(fen: int) -> str:
        return format_number(fen / 100, lang, decimals=2)

    draw_figures(
        [
            (say("医疗费用"), yuan(found.total_fen), "value", say("元")),
            (say("各层支付合计"), yuan(found.total_fen - found.self_fen), "value", say("元")),
            (say("个人自付"), yuan(found.self_fen), "value", say("元")),
        ]
    )
    rows = [
        [say(LAYER_NAMES[layer]), yuan(before), yuan(paid), yuan(after)]
        for layer, before, paid, after in found.steps()
    ]
    draw_table(
        [say("层次"), say("进入该层（元）"), say("该层支付（元）"), say("余额（元）")],
        rows,
        stack=True,
    )
    st.caption(say("各层支付与个人自付之和等于医疗费用，精确到分；不足一分的部分留在余额。"))

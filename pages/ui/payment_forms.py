"""What a household's members are due, entering what was paid to them, and taking an entry back."""

from datetime import date

import streamlit as st

from data.access import Viewer
from data.actions.record_payment import PaymentEntry, record_payment, void_payment
from data.queries.entitlements import list_entitlements, list_payments
from data.queries.people import HouseholdRecord, get_household
from data.rules.entitlements import COMPUTED, FACT_NAMES, STATE_NAMES, State
from data.shared import shared_database
from data.text import Lang, join_words
from pages.ui.cards import draw_table
from pages.ui.entitlement_forms import ask_yuan
from pages.ui.gap_acts import carry_out
from pages.ui.people import name_member
from pages.ui.words import speak


def draw_entitlements(viewer: Viewer, household: str, as_of: date, lang: Lang) -> None:
    """Draw what each rule says of each member; amounts stand in a full view alone."""
    say = speak(lang)
    found = list_entitlements(shared_database(), viewer, household, as_of=as_of)
    draw_table(
        [say("成员"), say("规则"), say("状态"), say("需核对的事项")],
        (
            [
                str(row["place"]),
                str(row["rule"]),
                say(STATE_NAMES[State(row["state"])]),
                join_words((say(FACT_NAMES[name]) for name in row["lacks"]), lang) or "–",
            ]
            for row in found.rows.to_dict("records")
        ),
        stack=True,
    )
    st.caption(say("金额属敏感信息，只在户档案的完整信息中显示。"))


def draw_payments(viewer: Viewer, household: str, as_of: date, lang: Lang) -> None:
    """Draw the form of a payment, and the entries that may be taken back."""
    say = speak(lang)
    record = get_household(shared_database(), viewer, household, as_of=as_of)
    with st.expander(say("登记发放"), icon=":material/payments:"):
        _draw_entry(viewer, record, as_of, lang)
        _draw_void(viewer, record, lang)


def _draw_entry(viewer: Viewer, record: HouseholdRecord, as_of: date, lang: Lang) -> None:
    say = speak(lang)
    with st.form(f"gaps.payment.{record.household}", border=False):
        who, what = st.columns(2)
        member = who.selectbox(
            say("成员"), [str(m) for m in record.members["id"]], index=None,
            format_func=lambda m: name_member(record, m, lang), placeholder=say("请选择"),
        )  # fmt: skip
        rule = what.selectbox(say("规则"), COMPUTED, index=None, placeholder=say("请选择"))
        fen = ask_yuan(say("发放金额（元）"), f"gaps.payment.amount.{record.household}")
        year, day = st.columns(2)
        meant = year.number_input(say("年度"), value=as_of.year, min_value=2014, step=1)
        paid_on = day.date_input(say("发放日期"), value=as_of)
        wanted = st.form_submit_button(say("登记发放"), icon=":material/check:")
    if not wanted:
        return
    if member is None or rule is None or not isinstance(paid_on, date):
        st.warning(say("请先选择成员和规则。"))
        return
    entry = PaymentEntry(record.household, member, rule, int(meant), fen or 0, paid_on)
    carry_out("entered", lang, lambda: record_payment(shared_database(), viewer, entry))


def _draw_void(viewer: Viewer, record: HouseholdRecord, lang: Lang) -> None:
    """Draw the household's payments, one of which may be taken back; amounts are not shown."""
    say = speak(lang)
    paid = list_payments(shared_database(), viewer, record.household)
    if paid.empty:
        st.caption(say("本户尚无发放登记。"))
        return
    places = {str(m): i for i, m in enumerate(record.members["id"], start=1)}
    labels = {
        str(row["id"]): " · ".join(
            (row["paid_on"].isoformat(), str(row["rule"]), str(row["year"]),
             say("成员 {place}", place=places.get(str(row["member"]), "–")))
        )
        for row in paid.to_dict("records")
    }  # fmt: skip
    chosen = st.selectbox(
        say("已登记的发放"), list(labels), index=None, format_func=labels.__getitem__,
        placeholder=say("选择要撤销的一笔"),
    )  # fmt: skip
    if chosen and st.button(say("撤销这笔登记"), icon=":material/undo:"):
        carry_out("voided", lang, lambda: void_payment(shared_database(), viewer, chosen))

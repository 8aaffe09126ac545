"""Leaders: how many are left, where, and who answers for them?"""

import streamlit as st

from data.access import Viewer
from data.queries.claims import ClaimFigure, find_open_claim
from data.text import Lang, format_number
from pages.ui import cache
from pages.ui.filters import read_filter, write_filter
from pages.ui.map import Board, draw_map, sent_filter
from pages.ui.panel import draw_district_panel, draw_village_panel
from pages.ui.session import language, require
from pages.ui.words import speak

viewer = require("leader")


def link_claim(claim: ClaimFigure | None, lang: Lang) -> tuple[str, str, str] | None:
    """Word the link to a published figure that the ledger does not confirm."""
    if claim is None or claim.residual is None:
        return None
    say = speak(lang)
    sign = "−" if claim.residual < 0 else "+"
    residual = sign + format_number(abs(claim.residual), lang)
    value = format_number(claim.value, lang)
    text = say("≠ 公布数 {value}（{residual}）", value=value, residual=residual)
    return text, f"/claims?lang={lang}", say("未解释差额，查看公布数对照")


@st.fragment
def draw_board(viewer: Viewer) -> None:
    """Draw the map and, beside it, what the selection says."""
    lang = language()
    say = speak(lang)
    version = cache.version_for(viewer)
    choices = cache.choices(version, viewer)
    wish = read_filter(sent_filter(), choices)
    filter_ = wish.filter_
    write_filter(filter_, lang)
    remarks = (
        filter_.caveat(choices, lang),
        filter_.carried_forward(cache.last_event(version, viewer), lang),
    )
    board = Board(
        version=version,
        filter_=filter_,
        command=wish.command,
        lang=lang,
        sentence=filter_.sentence(choices, lang),
        notes=(*(problem.sentence(lang) for problem in wish.problems), *filter(None, remarks)),
        claim=link_claim(find_open_claim(cache.claims(version, viewer), filter_), lang),
    )
    wide, narrow = st.columns([0.75, 0.25], gap="medium")
    with wide:
        draw_map(board)
    with narrow:
        if filter_.village:
            facts = cache.village(version, viewer, filter_.village, filter_.as_of, filter_.measure)
            draw_village_panel(facts, lang)
            st.page_link(
                "village.py",
                label=say("打开一村一图"),
                icon=":material/home_pin:",
                query_params={
                    "village": filter_.village,
                    "as_of": str(filter_.as_of),
                    "lang": lang,
                },
            )
        else:
            draw_district_panel(cache.claims(version, viewer), choices, filter_, lang)


draw_board(viewer)

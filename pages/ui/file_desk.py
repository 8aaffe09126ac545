"""The desk at which a household's file is kept: what forms share, and the undo after each entry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import streamlit as st

from data.access import Action, Role, Viewer, can
from data.actions.void_file_entry import FileVoid, void_file_entry
from data.errors import EntryChanged
from data.queries.household_file import HouseholdFile
from data.queries.instants import CHINA
from data.rules.files import VOID_REASONS
from data.shared import shared_database
from data.text import Lang, render_error, translate
from geo.errors import AppError
from pages.ui.cards import draw_notice
from pages.ui.words import name_of, speak

_DONE: Final = "file.done"
_BASES: Final = "file.bases"
_ROUND: Final = "file.round"


@dataclass(frozen=True)
class Desk:
    """Who keeps which household's file, in which language."""

    viewer: Viewer
    file: HouseholdFile
    lang: Lang

    @property
    def keeps_file(self) -> bool:
        """Whether surveys, plans, incomes, measures and pairings may be entered."""
        return bool(can(self.viewer, Action.KEEP_FILES, self.file.village))

    @property
    def keeps_log(self) -> bool:
        """Whether work and visits may be entered."""
        return bool(can(self.viewer, Action.KEEP_LOG, self.file.village))

    def key(self, name: str) -> str:
        """Name a field's state: new after each entry, so that what was typed stays until then."""
        round_ = st.session_state.setdefault(_ROUND, 0)
        return f"file.{self.file.code}.{round_}.{name}"

    def choose_day(self, label: str, name: str) -> date:
        """Let a day be chosen up to today; the day that the page shows stands there first."""
        today = datetime.now(CHINA).date()
        chosen: date = st.date_input(
            label, min(self.file.as_of, today), max_value=today, key=self.key(name)
        )
        return chosen

    def choose_official(self, label: str, name: str) -> str | None:
        """Let whoever did something be chosen; the paired cadre first. A helper is the one."""
        if self.viewer.role is Role.HELPER:
            return self.viewer.official
        who = self.file.answerable
        codes = [*who.cadres["official"], *who.team["code"]]
        chosen: str | None = st.selectbox(
            label, list(dict.fromkeys(map(str, codes))), index=0 if codes else None,
            key=self.key(name), placeholder=translate("没有可选的责任人", self.lang),
        )  # fmt: skip
        return chosen

    def choose_code(self, label: str, name: str, words: Mapping[str, str], first: int = 0) -> str:
        """Let one of some codes be chosen by its word."""
        chosen: str = st.selectbox(
            label, list(words), index=first, key=self.key(name),
            format_func=lambda code: name_of(words, code, self.lang),
        )  # fmt: skip
        return chosen

    def base(self, part: str) -> str:
        """Give what the part's form was opened against; the first drawing opens it."""
        bases: dict[str, str] = st.session_state.setdefault(_BASES, {})
        return bases.setdefault(f"{self.file.code}.{part}", self.file.bases[part])

    def submit(self, part: str, write: Callable[[], str], day: date) -> None:
        """Write an entry: said and undoable once it is there, what was typed kept if refused.

        Parameters
        ----------
        write
            Makes the entry; gives its id.
        day
            The entry's day; the page moves on to it, so that the entry is on the screen.
        """
        try:
            entry = write()
        except AppError as error:
            draw_notice(render_error(error, self.lang))
            if isinstance(error, EntryChanged):
                # They have been told: the next try is meant against the newest state.
                st.session_state[_BASES][f"{self.file.code}.{part}"] = self.file.bases[part]
            return
        self._start_anew({"household": self.file.code, "part": part, "entry": entry})
        if day > self.file.as_of:
            st.query_params["as_of"] = day.isoformat()
        st.rerun()

    def _start_anew(self, done: dict[str, str]) -> None:
        state = st.session_state
        state[_BASES] = {}
        state[_ROUND] = state.get(_ROUND, 0) + 1
        state[_DONE] = done

    def draw_outcome(self, part: str) -> None:
        """Say beside a part what its last entry came to, with its undo, until the next one."""
        say, done = speak(self.lang), st.session_state.get(_DONE, {})
        # A place of its own, empty or not: what comes after it stays as it is, tabs included.
        with st.container(key=f"outcome_{part}"):
            if (done.get("household"), done.get("part")) != (self.file.code, part):
                return
            if not done["entry"]:
                del st.session_state[_DONE]
                st.success(say("已撤销，原记录仍可按“当时所知”查阅。"), icon=":material/undo:")
                return
            with st.container(horizontal=True, vertical_alignment="center"):
                st.success(say("已登记，并记入审计。"), icon=":material/check:")
                if st.button(say("撤销刚才的登记"), icon=":material/undo:", key="file.undo"):
                    self.undo(part, str(done["entry"]), "entered_by_mistake")

    def undo(self, part: str, entry: str, reason: str) -> None:
        """Undo an entry, and say so on the next run."""
        void = FileVoid(self.file.code, part, entry, reason)
        try:
            void_file_entry(shared_database(), self.viewer, void)
        except AppError as error:
            draw_notice(render_error(error, self.lang))
            return
        self._start_anew({"household": self.file.code, "part": part, "entry": ""})
        st.rerun()

    def draw_undo(self, part: str, entries: Mapping[str, str]) -> None:
        """Offer to undo one of the entries, by their labels, for a reason."""
        say = speak(self.lang)
        if not entries:
            return
        with (
            st.expander(say("撤销登记"), icon=":material/undo:"),
            st.form(self.key(f"undo.{part}"), border=False),
        ):
            entry = self.choose_code(say("哪一条"), f"undo.{part}.entry", entries)
            reason = self.choose_code(say("撤销理由"), f"undo.{part}.reason", VOID_REASONS)
            wanted = st.form_submit_button(say("撤销"), icon=":material/undo:")
        if wanted:
            self.undo(part, entry, reason)

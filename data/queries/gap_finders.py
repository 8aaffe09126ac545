"""Gaps found: for each kind, the households that lack something on a day, and since when."""

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from sqlalchemy import select

from data.models import Cause, MeasureAssignment, Official, Pairing, Plan
from data.queries.entitlements import read_unreceived
from data.queries.freshness import STALE_AFTER_DAYS
from data.queries.gap_facts import (
    Reader,
    Spans,
    by_household,
    read_active,
    read_blocks,
    read_last_log,
    read_last_recorded,
    read_projects,
    read_spans,
)
from data.queries.instants import days
from data.rules.causes import EXPECTED, find_mismatch
from data.rules.gaps import GapKind, is_of_working_age, log_counts_from, log_lapsed_on

_BLOCKS: Final = 3


class Finder:
    """Finds the gaps of one day; each kind's households with the first day of their gap."""

    def __init__(self, reader: Reader) -> None:
        """Read who is on the register; the rest is read when a kind asks for it."""
        self.reader = reader
        self.active = read_active(reader)
        self.since = pd.Series(days(self.active["since"]), index=self.active["household"])

    @cached_property
    def measures(self) -> Spans:
        """The measures that began by the day, by their codes."""
        return read_spans(
            self.reader, MeasureAssignment, MeasureAssignment.measure_code.label("code")
        )

    @cached_property
    def pairings(self) -> Spans:
        """The pairings that began by the day, with the cadre's code."""
        official = select(Official.code).where(Official.id == Pairing.official_id).scalar_subquery()
        return read_spans(self.reader, Pairing, official.label("official"))

    def unpaired(self) -> pd.Series:
        """Find who has no paired cadre."""
        return self._without(self.pairings)

    def no_measure(self) -> pd.Series:
        """Find who has no measure in force."""
        return self._without(self.measures)

    def no_plan(self) -> pd.Series:
        """Find who has no current plan, or more than one."""
        plans = read_spans(self.reader, Plan)
        counts = plans.standing.groupby("household").size()
        latest = plans.standing.groupby("household")["first"].max()
        several = self._from(latest.loc[counts[counts > 1].index])
        found: pd.Series = pd.concat([self._without(plans), several])
        return found

    def no_ledger(self) -> pd.Series:
        """Find who has no entry in the work log that still counts."""
        last = read_last_log(self.reader)
        counting = last[last.to_numpy() >= np.datetime64(log_counts_from(self.reader.as_of))]
        lapsed = {
            household: np.datetime64(log_lapsed_on(day))
            for household, day in zip(last.index, last.to_numpy().astype(object), strict=True)
        }
        return self._missing(counting.index, pd.Series(lapsed, dtype="datetime64[s]"))

    def survey_missing(self) -> pd.Series:
        """Find who lacks a block of the survey."""
        blocks = read_blocks(self.reader)
        return self._missing(blocks[blocks >= _BLOCKS].index)

    def no_skill(self) -> pd.Series:
        """Find who has somebody of working age and no skill recorded."""
        day, members = self.reader.as_of, self.reader.registered
        works = [is_of_working_age(int(year), day) for year in members["birth_year"]]
        is_concerned = set(members["household"][works])
        is_skilled = set(members["household"][members["has_skill"].astype(bool)])
        return self._missing((set(self.since.index) - is_concerned) | is_skilled)

    def stale(self) -> pd.Series:
        """Find about whom nothing was recorded for too long."""
        last = read_last_recorded(self.reader)
        limit = np.datetime64(self.reader.as_of) - np.timedelta64(STALE_AFTER_DAYS, "D")
        fresh = last[last.to_numpy().astype("datetime64[D]") >= limit].index
        return self._missing(fresh, last + pd.Timedelta(days=STALE_AFTER_DAYS + 1))

    def mismatch(self) -> pd.Series:
        """Find whose measures do not meet the main cause."""
        first = {home: day for home, (_cause, day) in self.mismatches.items()}
        return self._from(pd.Series(first, dtype="datetime64[s]"))

    @cached_property
    def mismatches(self) -> Mapping[str, tuple[str, np.datetime64]]:
        """Each household whose measures do not meet its main cause, the cause, and since when."""
        causes = read_spans(
            self.reader, Cause, Cause.cause_code.label("cause"), where=[Cause.is_main]
        )
        projects = read_projects(self.reader)
        measures, places = _sets(self.measures.standing), _sets(projects.standing)
        ended = pd.concat([self.measures.ended, projects.ended])
        began = self.measures.standing.groupby("household")["first"].min().to_dict()
        found = {}
        for row in causes.standing.to_dict("records"):
            home, cause = str(row["household"]), str(row["cause"])
            if find_mismatch(cause, measures.get(home, ()), places.get(home, ())) is None:
                continue
            met = ended[(ended["household"] == home) & ended["code"].isin(_expected(cause))]
            starts = [row["first"], began.get(home, row["first"]), *met["after"]]
            found[home] = (cause, np.datetime64(max(starts), "D"))
        return found

    def unreceived(self) -> pd.Series:
        """Find whose pupils are due something that was not paid."""
        return self._from(self.rules_due["since"])

    @cached_property
    def rules_due(self) -> pd.DataFrame:
        """The households of `unreceived` with the rules that give it."""
        return read_unreceived(self.reader).set_index("household")

    def _without(self, spans: Spans) -> pd.Series:
        """Find who has no row in force; the gap begins with the end of the last one."""
        ended = spans.ended.groupby("household")["after"].max()
        return self._missing(spans.standing["household"], ended)

    def _missing(
        self, having: Collection[str] | pd.Index, first: pd.Series | None = None
    ) -> pd.Series:
        """Give the active households that are not among `having`, and since when that is so."""
        lacking = self.active["household"][~self.active["household"].isin(having)]
        known = pd.Series(dtype=object) if first is None else first
        return self._from(pd.Series(by_household(known, lacking), index=lacking))

    def _from(self, first: pd.Series) -> pd.Series:
        """Let no gap begin before its household was on the register; leave out the others."""
        here = first[first.index.isin(self.since.index)]
        since = np.maximum(days(here), self.since.loc[here.index].to_numpy())
        return pd.Series(since.astype("datetime64[D]"), index=here.index)


def _sets(spans: pd.DataFrame) -> dict[str, set[str]]:
    """Collect the codes of each household."""
    found: dict[str, set[str]] = {}
    for household, code in zip(spans["household"], spans["code"], strict=True):
        found.setdefault(str(household), set()).add(str(code))
    return found


def _expected(cause: str) -> frozenset[str]:
    """Give all that a cause asks for: codes of measures and of kinds of project never coincide."""
    return EXPECTED[cause].measures | EXPECTED[cause].projects


FINDERS: Final[Mapping[GapKind, Callable[[Finder], pd.Series]]] = {
    GapKind.UNPAIRED: Finder.unpaired,
    GapKind.NO_LEDGER: Finder.no_ledger,
    GapKind.NO_PLAN: Finder.no_plan,
    GapKind.NO_MEASURE: Finder.no_measure,
    GapKind.SURVEY_MISSING: Finder.survey_missing,
    GapKind.MISMATCH: Finder.mismatch,
    GapKind.NO_SKILL: Finder.no_skill,
    GapKind.UNRECEIVED: Finder.unreceived,
    GapKind.STALE: Finder.stale,
}

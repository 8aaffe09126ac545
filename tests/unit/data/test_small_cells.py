"""Small cells cannot be computed: not by subtraction, and not by linear programming."""

from datetime import date
from itertools import combinations

import numpy as np
import pytest

from data import cli
from data.access import Role, Viewer, is_small
from data.engine import open_database
from data.queries.cells import hide_cells
from data.queries.disclosure import Table, hide_parts
from data.queries.filters import Filter
from data.queries.instants import monthly_stops
from data.queries.intervals import KINDS, Publication, Reader
from data.queries.places import list_units
from data.queries.summary import summarize
from data.queries.villages import count_measures, cross_causes, get_village
from data.settings import load_settings
from geo.classify import SUPPRESSED, WITHHELD
from tests.unit.data.folding import EVERYBODY, fold
from tests.unit.data.publishing import EXACT, LEADER, changing_stops, figures_of, publish

pytestmark = pytest.mark.row(23)

STOPS = monthly_stops()
END = STOPS.index(date(2016, 12, 31))


@pytest.fixture(scope="module")
def ledger(demo_db):
    return fold(demo_db, *STOPS)


@pytest.fixture(scope="module")
def seen(ledger):
    return figures_of(ledger, LEADER)


@pytest.fixture(scope="module")
def exact(ledger):
    return figures_of(ledger, EXACT)


def too_narrow(reader, keys, *, shown_small=(1.0, 4.0), width=3.0):
    """Find hidden counts of which too much can be found out, each looked at for itself."""
    doubtful = [
        key
        for key, (low, high) in reader.intervals(keys).items()
        if not is_wide(reader.hidden[key], low, high, shown_small, width)
    ]
    exactly = ((key, *reader.interval(key)) for key in doubtful)
    return [
        (key, low, high)
        for key, low, high in exactly
        if not is_wide(reader.hidden[key], low, high, shown_small, width)
    ]


def is_wide(state, low, high, shown_small, width):
    if state == SUPPRESSED:
        return low <= shown_small[0] + 1e-6 and high >= shown_small[1] - 1e-6
    return high - low >= width - 1e-6


def test_every_hidden_cell_of_the_demonstration_may_be_anything_it_says(seen, exact):
    stops = changing_stops(exact)
    reader = Reader(publish(seen, stops, exits_stand=False))
    hidden = reader.hidden
    assert sum(state == SUPPRESSED for state in hidden.values()) > 500
    assert too_narrow(reader, list(hidden)) == []


@pytest.mark.parametrize("seed", [1, 7])
def test_other_seeds_are_as_safe(tmp_path, monkeypatch, seed):
    path = tmp_path / "other.db"
    monkeypatch.setenv("GUATU_DATABASE_URL", f"sqlite:///{path}")
    load_settings.cache_clear()
    cli.init(demo=True, seed=seed)
    db = open_database(f"sqlite:///{path}")
    try:
        other = fold(db, *STOPS)
    finally:
        db.engine.dispose()
    figures, truth = figures_of(other, LEADER), figures_of(other, EXACT)
    reader = Reader(publish(figures, changing_stops(truth), exits_stand=False))
    assert too_narrow(reader, list(reader.hidden)) == []
    for name, whole, part in differences(figures):
        both = (whole >= 0) & (part >= 0)
        assert not is_small(np.abs(whole - part)[both].astype(int)).any(), name


def test_no_small_cell_is_found_by_who_thinks_that_nobody_returns(seen, exact):
    """A stronger reader: exits and measures only grow. Something can be learnt, no count is."""
    stops = changing_stops(exact)
    everything = {"": seen[""]}
    reader = Reader(publish(everything, stops, exits_stand=True))
    small = [key for key, state in reader.hidden.items() if state == SUPPRESSED]
    assert small
    assert too_narrow(reader, small) == []


def test_the_truth_is_among_the_worlds_that_the_reader_thinks_possible(seen, exact):
    stops = changing_stops(exact)
    told, truth = publish(seen, stops), publish(exact, stops)
    reader = Reader(told)
    keys = sorted(reader.hidden)[::97]
    for key in keys:
        measure, kind, group, stop = key
        low, high = reader.interval(key)
        value = truth.households[measure][kind][truth.groups.index(group), stop]
        assert low - 1e-6 <= value <= high + 1e-6


@pytest.mark.parametrize("rule", ["small_only", "one_table"])
def test_a_weaker_rule_is_broken(ledger, exact, rule):
    """The check can fail: hiding small cells alone, or companions of one table at one date."""
    stops = changing_stops(exact)
    weak = {
        measure: {kind: weaken(exact[measure], kind, rule)[:, stops] for kind in KINDS}
        for measure in exact
    }
    told = publish(exact, stops)
    reader = Reader(
        Publication(groups=told.groups, households=weak, unserved=told.unserved, exits_stand=False)
    )
    last = len(stops) - 1
    small = [key for key, state in reader.hidden.items() if state == SUPPRESSED and key[3] == last]
    found = too_narrow(reader, small)
    assert any(high - low < 1e-6 for _key, low, high in found)  # to the very household


def weaken(parts, kind, rule):
    """Hide as before there was a proof: the small, its other part, a companion in its table."""
    shown = []
    for part in parts:
        counts = {name: part.households[name] for name in KINDS}
        pair = is_small(counts["remaining"]) | is_small(counts["exited"])
        values, small = counts[kind], is_small(counts[kind])
        hidden = small.copy()
        if rule == "one_table":
            hidden |= pair if kind != "on_register" else False
            parents = np.asarray([g[:6] if len(g) > 6 else "" for g in part.groups])
            for parent in np.unique(parents):
                rows = np.flatnonzero(parents == parent)
                for stop in range(values.shape[1]):
                    some = values[rows, stop] > 0
                    if (hidden[rows, stop] & some).sum() == 1:
                        others = np.where(hidden[rows, stop] | ~some, np.inf, values[rows, stop])
                        if np.isfinite(others.min()):
                            hidden[rows[others.argmin()], stop] = True
        state = np.where(small, SUPPRESSED, WITHHELD)
        shown.append(np.where(hidden & (values > 0), state, values))
    return np.concatenate(shown)


def differences(figures):
    """Subtract every pair of published figures that contain one another; name each difference."""
    for measure, parts in figures.items():
        for kind in KINDS:
            for level, part in enumerate(parts):
                values = part.households[kind]
                for row, group in enumerate(part.groups):
                    whole = figures[""][level].households[kind][row]
                    yield (measure, kind, group, "without"), whole, values[row]
                    for a, b in combinations(range(values.shape[1]), 2):
                        yield (measure, kind, group, a, b), values[row, [b]], values[row, [a]]
            for level in (1, 2):
                for row, group in enumerate(parts[level].groups):
                    inside = [g.startswith(group) for g in parts[level - 1].groups]
                    children = parts[level - 1].households[kind][inside]
                    known = np.where(children < 0, 0, children).sum(axis=0)
                    yield (measure, kind, group, "rest"), parts[level].households[kind][row], known


def test_no_difference_of_two_figures_tells_of_one_to_four_households(seen):
    looked_at = 0
    for name, whole, part in differences(seen):
        both = (whole >= 0) & (part >= 0)
        looked_at += both.sum()
        difference = np.abs(whole - part)[both].astype(int)
        assert not is_small(difference).any(), name
    assert looked_at > 50_000


def implied(figures, *, of):
    """Work out the counts behind a rate where it and its whole are shown; NaN elsewhere."""
    base = "on_register" if of == "places" else "remaining"
    counts = []
    for part in figures:
        rate, whole = part.rates[of], part.households[base]
        count = whole * rate if of == "places" else whole * (100.0 - rate) / 100.0
        counts.append(np.where((rate >= 0) & (whole >= 0), np.round(count), np.nan))
    return counts


def small_behind(figures, *, of):
    """Count the small numbers behind a rate: alone, between stops, and of a whole less parts."""
    found = 0
    # Places per household are rounded: of a district they tell no number.
    levels = implied(figures, of=of)[: 1 if of == "places" else None]
    for level, counts in enumerate(levels):
        steps = counts[:, :, None] - counts[:, None, :]
        found += is_small(np.nan_to_num(np.abs(steps)).astype(int)).sum()
        found += is_small(np.nan_to_num(counts).astype(int)).sum()
        for row, group in enumerate(figures[level].groups if level else ()):
            inside = [g.startswith(group) for g in figures[level - 1].groups]
            rest = counts[row] - np.nansum(levels[level - 1][inside], axis=0)
            found += is_small(np.nan_to_num(np.abs(rest)).astype(int)).sum()
    return found


@pytest.mark.parametrize("rate", ["coverage", "reach", "places"])
def test_no_rate_gives_a_small_count_away(seen, exact, rate):
    assert small_behind(seen[""], of=rate) == 0
    assert rate == "coverage" or small_behind(exact[""], of=rate) > 0


def test_the_differences_find_small_cells_where_none_is_hidden(exact):
    found = 0
    for _name, whole, part in differences(exact):
        found += is_small(np.abs(whole - part).astype(int)).sum()
    assert found > 1_000


def test_what_is_hidden_of_all_measures_is_hidden_of_each(ledger):
    cells = hide_cells(ledger)
    for measure, masks in cells.hidden.items():
        for name in ("file", "status"):
            assert not (cells.hidden[""][name] & ~masks[name]).any(), measure


def test_a_true_zero_is_always_shown(seen, exact):
    for measure, parts in exact.items():
        for part, told in zip(parts, seen[measure], strict=True):
            for kind in KINDS:
                nobody = part.households[kind] == 0
                assert (told.households[kind][nobody] == 0).all()
                assert (told.persons[kind][part.persons[kind] == 0] == 0).all()


def test_persons_and_households_are_hidden_together(seen):
    for parts in seen.values():
        for part in parts:
            for kind in KINDS:
                assert ((part.persons[kind] < 0) == (part.households[kind] < 0)).all()


def test_the_leaders_map_stays_a_moving_picture(seen):
    """The default day loses nothing, and no month is without most of its figures."""
    remaining = seen[""][0].households["remaining"]
    some = remaining != 0
    assert (remaining[some] > 0).mean() > 0.75
    assert (remaining[:, END] > 0).sum() >= 5
    assert (seen[""][0].households["on_register"] > 0).all()
    assert (seen[""][2].households["remaining"] > 0).all()
    for stop in range(len(STOPS)):
        assert (remaining[some[:, stop], stop] > 0).mean() > 0.4, STOPS[stop]


def test_who_may_see_small_cells_sees_all(exact):
    for parts in exact.values():
        for part in parts:
            for values in (*part.persons.values(), *part.households.values()):
                assert (values >= 0).all()


@pytest.mark.parametrize("day", [date(2016, 3, 31), date(2016, 12, 31), date(2017, 6, 30)])
def test_the_tables_of_a_village_add_up_to_no_small_cell(demo_db, leader, day):
    """Columns of causes against the measure's total, on the page as on the map."""
    for code in list_units(demo_db, EVERYBODY)["code"]:
        totals = count_measures(demo_db, leader, code, as_of=day).set_index("code")["households"]
        causes = cross_causes(demo_db, leader, code, as_of=day)
        for measure in causes.columns.difference(["cause_zh", "cause_en"]):
            column = causes[measure].to_numpy(dtype=float)
            hidden = column < 0
            if totals[measure] < 0:
                assert (column <= 0).all()
                continue
            rest = int(totals[measure] - column[~hidden].sum())
            assert hidden.sum() != 1
            assert rest == 0 or (rest >= 5 and hidden.sum() > 1)


def test_between_the_stops_nothing_is_told(demo_db, leader):
    day = date(2016, 5, 17)
    code = list_units(demo_db, EVERYBODY)["code"].iloc[0]
    facts = get_village(demo_db, leader, code, Filter(as_of=day))
    assert facts.figures["on_register"] == WITHHELD
    summary = summarize(demo_db, leader, Filter(as_of=day))
    assert summary["persons"] is None
    assert all(row["persons"] in {None, 0} for row in summary["by_village"])
    earlier = summarize(demo_db, leader, Filter(), known_on=date(2017, 1, 31))
    assert earlier["persons"] is None


def test_the_summary_tells_what_the_map_tells(demo_db, leader, seen):
    summary = summarize(demo_db, leader, Filter())
    assert summary["persons"] == 91
    assert summary["households"] == 37
    units = seen[""][0]
    for row in summary["by_village"]:
        shown = units.persons["remaining"][units.groups.index(row["code"]), END]
        assert row["persons"] == (None if shown < 0 else shown)


def test_companions_are_found_by_hand():
    """Three parts of 2, 9 and 30: the small one needs the nine beside it, for it can give way."""
    counts = np.array([[[2], [9], [30]]])
    table = Table(
        counts=counts,
        owners=np.zeros(3, dtype=np.int64),
        down=np.array([[[1], [4], [25]]]),
        up=np.array([[[2], [99], [99]]]),
        certain=np.zeros((3, 1), dtype=bool),
    )
    nothing = np.zeros((3, 1), dtype=bool)
    hidden, telling = hide_parts(table, nothing, np.zeros((1, 1), dtype=bool))
    assert hidden[:, 0].tolist() == [True, True, False]
    assert not telling.any()


def test_values_kept_over_time_differ_by_nothing_or_five():
    counts = np.array([[[20, 18, 12, 12, 0]]])
    table = Table(
        counts=counts,
        owners=np.zeros(1, dtype=np.int64),
        down=np.full((1, 1, 5), 9),
        up=np.full((1, 1, 5), 9),
        certain=np.array([[False, False, False, False, True]]),
        first=(3,),
    )
    hidden, _ = hide_parts(table, np.zeros((1, 5), bool), np.ones((1, 5), dtype=bool) & False)
    assert hidden[0].tolist() == [False, True, False, False, False]


def test_every_lesser_role_reaches_the_same(ledger):
    for role in (Role.PLANNER, Role.INSPECTOR):
        other = figures_of(ledger, Viewer("x", role, ("",)))
        mine = figures_of(ledger, LEADER)
        for measure, parts in mine.items():
            for part, theirs in zip(parts, other[measure], strict=True):
                for kind in KINDS:
                    assert (part.households[kind] == theirs.households[kind]).all()

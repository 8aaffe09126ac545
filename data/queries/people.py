"""Households and their members as rows, masked; a full view alone opens what the vault holds."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import Connection, func, select

from data.access import (
    DEFAULT_LEVEL,
    EVERYTHING,
    MASK,
    Action,
    Viewer,
    mask,
    masking_level,
    scope_households,
)
from data.engine import Database, reading
from data.full_views import OpenView, get_full_view
from data.homes import Home, get_home
from data.models import (
    Cause,
    CauseKind,
    Household,
    IdentityVault,
    Measure,
    MeasureAssignment,
    Member,
    Pairing,
)
from data.queries.filters import Filter
from data.queries.frames import read_frame
from data.queries.instants import known, known_before, valid
from data.queries.places import get_unit
from data.queries.register import read_ledger
from data.refusals import require
from data.vault import FIELDS, Identity, open_identities

_PLAIN: Final = (
    "id", "relation", "sex", "birth_year", "education", "schooling", "months_away", "has_skill",
    "medical_insurance", "pension_insurance", "is_boarding",
)  # fmt: skip
_ORIGINS: Final = {name: getattr(Member, name) for name in _PLAIN} | {
    name: getattr(IdentityVault, name) for name in FIELDS
}


def list_households(db: Database, viewer: Viewer, code: str, *, as_of: date) -> pd.DataFrame:
    """List a village's households on file, masked; a helper's are the own ones there.

    Returns
    -------
    pandas.DataFrame
        `household`, `persons`, `status` (registered or exited), `cause`, `measures`, `cadres`.

    Raises
    ------
    Denied
        The viewer's role sees no households.
    NotFound
        The village lies outside the viewer's areas.
    """
    get_unit(db, viewer, code)
    require(viewer, Action.SEE_HOUSEHOLDS)
    return _list_masked(db, viewer, Filter(district=code, as_of=as_of)).drop(columns="village")


def list_own_households(db: Database, viewer: Viewer, *, as_of: date) -> pd.DataFrame:
    """List all households on file that the viewer reaches, masked, with their `village`.

    Raises
    ------
    Denied
        The viewer's role sees no households.
    """
    require(viewer, Action.SEE_HOUSEHOLDS)
    return _list_masked(db, viewer, Filter(as_of=as_of))


def _list_masked(db: Database, viewer: Viewer, filter_: Filter) -> pd.DataFrame:
    with reading(db) as connection:
        ledger = read_ledger(connection, viewer, filter_, [filter_.as_of])
        details = _details(connection, viewer, filter_)
    frame = ledger.households.rename(columns={"code": "household"})
    frame["persons"] = (ledger.registered + ledger.exited + ledger.exited_before)[:, 0]
    frame["status"] = np.where(ledger.registered[:, 0] > 0, "registered", "exited")
    frame = frame[frame["persons"] > 0].reset_index(drop=True)
    joined = frame.merge(details, how="left", on="household")
    origins = {
        "household": Household.code,
        "village": Household.village_code,
        "cause": Cause.cause_code,
    }
    return mask(joined, origins, masking_level(viewer), on=filter_.as_of)


def _details(connection: Connection, viewer: Viewer, filter_: Filter) -> pd.DataFrame:
    before, as_of = known_before(None), filter_.as_of
    cause = (
        select(Cause.household_code.label("household"), CauseKind.name_zh.label("cause"))
        .join(CauseKind, CauseKind.code == Cause.cause_code)
        .join(Household, Household.code == Cause.household_code)
        .where(Cause.is_main, known(Cause, before), valid(Cause, as_of))
    )
    held = (
        select(MeasureAssignment.household_code.label("household"), Measure.name_zh)
        .join(
            Measure,
            (Measure.code == MeasureAssignment.measure_code)
            & (Measure.vocabulary == MeasureAssignment.vocabulary),
        )
        .join(Household, Household.code == MeasureAssignment.household_code)
        .where(known(MeasureAssignment, before), valid(MeasureAssignment, as_of))
        .order_by(Measure.position)
    )
    cadres = (
        select(
            Pairing.household_code.label("household"),
            func.count(Pairing.official_id.distinct()).label("cadres"),
        )
        .join(Household, Household.code == Pairing.household_code)
        .where(known(Pairing, before), valid(Pairing, as_of))
        .group_by(Pairing.household_code)
    )
    causes, measures, paired = (
        read_frame(connection, scope_households(filter_.narrow(s, Household.village_code), viewer))
        for s in (cause, held, cadres)
    )
    joined = measures.groupby("household")["name_zh"].agg("、".join)
    return causes.merge(joined.rename("measures").reset_index(), how="outer", on="household").merge(
        paired, how="outer", on="household"
    )


@dataclass(frozen=True)
class HouseholdRecord:
    """One household and its members.

    Attributes
    ----------
    members
        One row a member, the head first: `id`, `relation`, `sex`, `birth_year` and what else is
        plain, and the vault's fields; `is_erased` where those were erased by law. Masked at
        `level`; 0 inside a full view.
    until
        When the full view ends; None for a masked record.
    versions
        The vault's version of each member who is in it, for an edit.
    """

    household: str
    village: str
    members: pd.DataFrame = field(repr=False)
    level: int
    until: datetime | None = None
    versions: dict[str, int] = field(default_factory=dict)


def get_household(
    db: Database, viewer: Viewer, code: str, *, as_of: date | None = None
) -> HouseholdRecord:
    """Read one household's members, masked at the viewer's level.

    Raises
    ------
    Denied
        The viewer's role sees no households.
    NotFound
        The household is missing or outside the viewer's scope.
    """
    require(viewer, Action.SEE_HOUSEHOLDS)
    level = masking_level(viewer)
    with reading(db) as connection:
        home = get_home(connection, viewer, code)
        return _record(connection, home, level, as_of)


def read_full_view(
    db: Database, viewer: Viewer, view_id: str, *, now: datetime | None = None
) -> HouseholdRecord:
    """Read the complete record of a household that the viewer has opened and that is still open.

    Raises
    ------
    Denied
        The viewer's role no longer sees identities.
    FullViewOver
        The view is over, somebody else's, or no longer in the viewer's scope.
    """
    require(viewer, Action.SEE_IDENTITY)
    with reading(db) as connection:
        view = get_full_view(connection, viewer, view_id, now=now)
        home = get_home(connection, viewer, view.household)
        return _record(connection, home, EVERYTHING, None, view)


def _record(
    connection: Connection,
    home: Home,
    level: int,
    as_of: date | None,
    view: OpenView | None = None,
) -> HouseholdRecord:
    columns = [getattr(Member, name) for name in _PLAIN]
    rows = read_frame(
        connection,
        select(*columns, IdentityVault.version)
        .outerjoin(IdentityVault, IdentityVault.member_id == Member.id)
        .where(Member.id.in_(home.members)),
        dtype=object,
    )
    order = {member: place for place, member in enumerate(home.members)}
    rows = rows.sort_values("id", key=lambda ids: ids.map(order)).reset_index(drop=True)
    held = open_identities(connection, home.members) if level < DEFAULT_LEVEL else {}
    for name in FIELDS:
        # From the default level on nothing of the vault is opened at all.
        rows[name] = [_value(held.get(member), name) for member in rows["id"]]
    origins = {name: _ORIGINS[name] for name in (*_PLAIN, *FIELDS)}
    masked = mask(rows[list(origins)], origins, level, on=as_of)
    masked["is_erased"] = rows["version"].isna().to_numpy()
    kept = rows[~rows["version"].isna()]
    return HouseholdRecord(
        household=home.code,
        village=home.village,
        members=masked,
        level=level,
        until=view.until if view else None,
        versions={str(m): int(v) for m, v in zip(kept["id"], kept["version"], strict=True)},
    )


def _value(identity: Identity | None, name: str) -> Any:  # noqa: ANN401 - any cell
    return MASK if identity is None else identity.texts[name]

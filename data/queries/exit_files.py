"""Exit files: cases, where each stands, who signed, and what a form about them rests on."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import pandas as pd
from sqlalchemy import Connection, Select, select
from sqlalchemy.orm import aliased

from data.access import Action, Viewer, mask, masking_level, scope_households
from data.engine import Database, reading
from data.errors import EntryChanged, NotFound
from data.models import (
    ExitBatch,
    ExitCase,
    ExitStep,
    Household,
    Member,
    Official,
    Org,
    Post,
    Signature,
)
from data.queries.frames import read_frame
from data.queries.instants import CHINA
from data.refusals import require
from data.rules.exit_states import (
    CaseState,
    StandingSignature,
    StandingStep,
    find_broken_levels,
)
from data.rules.exits import LEVELS, Step, StepDone

_AT_ONCE: Final = 500
_FACTS: Final = (
    "id", "household_code", "members", "window_quarters", "line_fen", "statement_ids", "opened_on",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A household's exit case, within the viewer's scope.

    Attributes
    ----------
    newest_id, newest_by, newest_at
        The newest row that was written about it, by whom and when.
    """

    id: str
    batch_id: str
    household: str
    village: str
    members: tuple[str, ...]
    statement_ids: tuple[str, ...]
    opened_on: date
    state: CaseState
    newest_id: str
    newest_by: str
    newest_at: datetime


def base_of(cases: Iterable[Case]) -> str:
    """Name what a form about cases was opened against; any write about one of them changes it."""
    parts = sorted(f"{case.id}:{case.newest_id}" for case in cases)
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def require_base(cases: Sequence[Case], base: str, what: str) -> None:
    """Refuse to write about cases that moved since the form was opened.

    Raises
    ------
    EntryChanged
        Somebody else wrote about one of them in the meantime.
    """
    if base_of(cases) == base:
        return
    newest = max(cases, key=lambda case: (case.newest_at, case.newest_id))
    raise EntryChanged(
        what=what,
        who=newest.newest_by,
        when=newest.newest_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"),
    )


# ── Reading cases ───────────────────────────────────────────────────────────────────────────────


def load_cases(
    connection: Connection,
    viewer: Viewer,
    *,
    batches: Collection[str] | None = None,
    cases: Iterable[str] | None = None,
    is_complete: bool | None = None,
    household: str | None = None,
) -> list[Case]:
    """Load cases of the viewer's scope as they stand, by household.

    Parameters
    ----------
    batches, cases
        Only those of these batches, or of these ids.
    is_complete
        Only those whose ninth step stands, or does not.
    household
        Only this household's.
    """
    statement: Select[Any] = select(
        *(getattr(ExitCase, name) for name in _FACTS),
        ExitCase.batch_id,
        ExitCase.recorded_at,
        ExitCase.recorded_by,
        Household.village_code.label("village"),
    ).join(Household, Household.code == ExitCase.household_code)
    if batches is not None:
        statement = statement.where(ExitCase.batch_id.in_(batches))
    if cases is not None:
        statement = statement.where(ExitCase.id.in_(list(cases)))
    if household is not None:
        statement = statement.where(ExitCase.household_code == household)
    if is_complete is not None:
        entered = ExitCase.id.in_(_list_complete())
        statement = statement.where(entered if is_complete else ~entered)
    ordered = statement.order_by(ExitCase.household_code, ExitCase.opened_on, ExitCase.id)
    rows = connection.execute(scope_households(ordered, viewer)).all()
    ids = [row.id for row in rows]
    steps = _load_rows(connection, ExitStep, ids)
    signatures = _load_rows(connection, Signature, ids)
    return [_case(row, steps[row.id], signatures[row.id]) for row in rows]


def _list_complete() -> Select[str]:
    """Select the cases whose ninth step stands."""
    void = aliased(ExitStep)
    voided = select(void.voids_event_id).where(void.voids_event_id.is_not(None))
    return select(ExitStep.case_id).where(
        ExitStep.step == int(Step.ENTERED),
        ExitStep.voids_event_id.is_(None),
        ExitStep.id.not_in(voided),
    )


def _load_rows(
    connection: Connection, model: type[Any], ids: Sequence[str]
) -> dict[str, list[Any]]:
    """Load all rows about cases, voids and voided ones too, in the order of their entry."""
    found: dict[str, list[Any]] = defaultdict(list)
    for start in range(0, len(ids), _AT_ONCE):
        statement = (
            select(*model.__table__.columns)
            .where(model.case_id.in_(ids[start : start + _AT_ONCE]))
            .order_by(model.recorded_at, model.id)
        )
        for row in connection.execute(statement):
            found[row.case_id].append(row)
    return found


def _live(rows: Sequence[Any]) -> list[Any]:
    voided = {row.voids_event_id for row in rows if row.voids_event_id}
    return [row for row in rows if row.voids_event_id is None and row.id not in voided]


def _case(row: Any, steps: Sequence[Any], signatures: Sequence[Any]) -> Case:  # noqa: ANN401 - rows
    state = CaseState(
        facts={name: getattr(row, name) for name in _FACTS},
        steps=tuple(
            sorted(
                (StandingStep(one.id, _done(one)) for one in _live(steps)),
                key=lambda one: one.done.step,
            )
        ),
        signatures=tuple(
            sorted(map(_signature, _live(signatures)), key=lambda one: LEVELS.index(one.level))
        ),
        is_begun=bool(steps),
    )
    newest = max((row, *steps, *signatures), key=lambda one: (one.recorded_at, one.id))
    return Case(
        row.id, row.batch_id, row.household_code, row.village, tuple(row.members),
        tuple(row.statement_ids), row.opened_on, state,
        newest.id, newest.recorded_by, newest.recorded_at,
    )  # fmt: skip


def _done(row: Any) -> StepDone:  # noqa: ANN401 - a row
    return StepDone(
        step=Step(row.step), done_on=row.occurred_on, place=row.place, note=row.note,
        notice_until=row.notice_until, is_dated=row.is_dated, is_sealed=row.is_sealed,
    )  # fmt: skip


def _signature(row: Any) -> StandingSignature:  # noqa: ANN401 - a row
    return StandingSignature(
        row.id, row.level, row.official_id, row.post_id, row.occurred_on, row.content_hash,
        row.previous_hash, row.hash,
    )  # fmt: skip


def find_cases(
    connection: Connection, viewer: Viewer, batch: str, ids: Iterable[str]
) -> list[Case]:
    """Find the chosen cases of a batch; each is in the viewer's scope.

    Raises
    ------
    NotFound
        One is missing, of another batch or outside the scope: the answer is the same.
    """
    wanted = set(ids)
    found = load_cases(connection, viewer, batches=[batch], cases=wanted)
    missing = wanted - {case.id for case in found}
    if missing:
        raise NotFound(what=min(missing)[:26])
    return found


@dataclass(frozen=True)
class Signer:
    """Who signed at a level: a code and a unit, no name."""

    level: str
    code: str
    org_zh: str
    org_en: str
    signed_on: date
    hash: str
    is_verified: bool


@dataclass(frozen=True)
class CaseFile:
    """One case: its members masked, its nine steps and four signatures.

    Attributes
    ----------
    members
        `relation`, `sex`, `birth_year`, masked for the viewer.
    """

    case: Case
    members: pd.DataFrame
    signers: tuple[Signer, ...]
    district_code: str


_ORIGINS: Final = {name: getattr(Member, name) for name in ("relation", "sex", "birth_year")}


def get_case(db: Database, viewer: Viewer, case_id: str) -> CaseFile:
    """Read one case, masked.

    Raises
    ------
    Denied
        The viewer's role sees no households or no exits.
    NotFound
        The case is missing or outside the viewer's scope: the answer is the same.
    """
    require(viewer, Action.SEE_EXITS)
    require(viewer, Action.SEE_HOUSEHOLDS)
    with reading(db) as connection:
        found = load_cases(connection, viewer, cases=[case_id])
        if not found:
            raise NotFound(what=case_id[:26])
        case = found[0]
        members = read_frame(
            connection,
            select(*_ORIGINS.values()).where(Member.id.in_(case.members)).order_by(Member.id),
            dtype=object,
        )
        district = connection.execute(
            select(ExitBatch.district_code).where(ExitBatch.id == case.batch_id)
        ).scalar_one()
        signers = _signers(connection, case)
    masked = mask(members, _ORIGINS, masking_level(viewer), on=case.opened_on)
    return CaseFile(case, masked, signers, district)


def _signers(connection: Connection, case: Case) -> tuple[Signer, ...]:
    post, official = aliased(Post), aliased(Official)
    rows = {
        row.id: row
        for row in connection.execute(
            select(post.id, official.code, Org.name_zh, Org.name_en)
            .join(official, official.id == post.official_id)
            .join(Org, Org.id == post.org_id)
            .where(post.id.in_([one.post_id for one in case.state.signatures]))
        )
    }
    broken = find_broken_levels(case.state)
    return tuple(
        Signer(
            one.level, rows[one.post_id].code, rows[one.post_id].name_zh,
            rows[one.post_id].name_en, one.signed_on, one.hash, one.level not in broken,
        )
        for one in case.state.signatures
    )  # fmt: skip

"""Timeline: everything dated about one household, newest first, as one list."""

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd
from sqlalchemy import (
    Connection,
    Date,
    Select,
    String,
    and_,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import aliased

from data.access import MASK, Action, Viewer, can, mask, masking_level
from data.columns import Instant
from data.engine import Database, reading
from data.homes import get_home
from data.models import (
    Alert,
    AlertClosing,
    EventKind,
    ExitCase,
    ExitStep,
    HouseholdComposition,
    IncomeStatement,
    LedgerEntry,
    MeasureAssignment,
    Official,
    Pairing,
    Plan,
    RegisterEvent,
    ServiceEvent,
    Signature,
    Survey,
)
from data.models.base import EventTimes, HouseholdFact
from data.queries.frames import read_frame
from data.refusals import require
from data.rules.transitions import days_to_inclusion
from data.text import mark

FACT_NAMES: Final = {
    "register": mark("登记事项"),
    "survey": mark("入户摸底"),
    "plan": mark("脱贫计划"),
    "income": mark("收入登记"),
    "ledger": mark("帮扶台账"),
    "service": mark("走访与服务"),
    "measure": mark("帮扶措施"),
    "pairing": mark("结对帮扶"),
    "exit_step": mark("脱贫程序"),
    "signature": mark("签字"),
    "alert": mark("监测预警"),
}
"""What a row of the timeline is about."""

COLUMNS: Final = (
    "day", "kind", "code", "state", "entry", "persons", "reason", "evidence", "detected_on", "days",
    "recorded_at", "recorded_by", "is_voided", "voided_by", "voided_at",
)  # fmt: skip
_TOGETHER: Final = ["day", "kind", "code", "state", "act", "recorded_at", "voided_at"]


def list_timeline(db: Database, viewer: Viewer, household: str) -> pd.DataFrame:
    """List what happened to a household and what was entered of it, newest first.

    Returns
    -------
    pandas.DataFrame
        `day` it happened or began; `kind`, one of `FACT_NAMES`; `code` says which: the event's
        kind, the survey's block, year and months or quarter, the visit's kind, the measure, the
        official, the step, the level, the rule. `state` says how: of a measure its state or
        ``end``, of a pairing ``start`` or ``end``, of an alert ``opened`` or ``closed``, of a
        split or merge whether members went ``out`` or came ``in``, of a survey whether it applies.
        `entry` is what an undo names; the events of one act are one row with its `persons`, with
        `reason`, `evidence`, `detected_on` and the `days` from there to inclusion.
        `recorded_at` and `recorded_by`; `is_voided`, `voided_by` and `voided_at`. No amounts.

    Raises
    ------
    Denied
        The viewer's role sees no households.
    NotFound
        The household is missing or outside the viewer's scope.
    """
    require(viewer, Action.SEE_HOUSEHOLDS)
    with reading(db) as connection:
        home = get_home(connection, viewer, household)
        rows = _read(connection, viewer, home.code)
    rows["act"] = rows["act"].fillna("")
    grouped = rows.groupby(_TOGETHER, dropna=False, sort=False)
    frame = grouped.first().reset_index()
    frame["persons"] = grouped.size().to_numpy()
    frame = frame.sort_values(["day", "recorded_at", "entry"], ascending=False, ignore_index=True)
    # As objects: beside missing ones, pandas would make whole numbers fractions.
    frame["days"] = pd.Series(
        [
            None if pd.isna(detected) else days_to_inclusion(detected, day)
            for day, detected in frame[["day", "detected_on"]].to_numpy().tolist()
        ],
        dtype=object,
    )
    frame["is_voided"] = frame["voided_at"].notna()
    frame = frame.astype(object).where(frame.notna(), None)
    if not can(viewer, Action.SEE_SMALL_CELLS):
        frame.loc[frame["kind"] == "alert", "code"] = MASK
    origins: dict[str, Any] = dict.fromkeys(COLUMNS)
    return mask(frame[list(COLUMNS)], origins, masking_level(viewer))


def _read(connection: Connection, viewer: Viewer, household: str) -> pd.DataFrame:
    parts = [_acts(household), *_file(household), *_spans(household), *_alerts(household)]
    if can(viewer, Action.SEE_EXITS):
        parts += _exits(household)
    return read_frame(connection, union_all(*parts), dtype=object)


def _text(value: Any) -> Any:  # noqa: ANN401 - a column or a text
    return literal(value) if isinstance(value, str) else value


def _row(  # noqa: PLR0913 - a row has this many facts, all by keyword
    *,
    day: Any,  # noqa: ANN401 - columns or constants, here and below
    kind: str,
    code: Any,  # noqa: ANN401
    entry: Any,  # noqa: ANN401
    recorded_at: Any,  # noqa: ANN401
    state: Any = "",  # noqa: ANN401
    recorded_by: Any = "",  # noqa: ANN401
    act: Any = None,  # noqa: ANN401
    grounds: tuple[Any, Any, Any] | None = None,
    void: type[EventTimes] | None = None,
) -> Select[*tuple[Any, ...]]:
    reason, evidence, detected_on = grounds or (null(), null(), null())
    return select(
        type_coerce(day, Date).label("day"),
        literal(kind).label("kind"),
        type_coerce(_text(code), String).label("code"),
        type_coerce(_text(state), String).label("state"),
        type_coerce(entry, String).label("entry"),
        type_coerce(entry if act is None else act, String).label("act"),
        type_coerce(reason, String).label("reason"),
        type_coerce(evidence, String).label("evidence"),
        type_coerce(detected_on, Date).label("detected_on"),
        type_coerce(recorded_at, Instant).label("recorded_at"),
        type_coerce(_text(recorded_by), String).label("recorded_by"),
        type_coerce(null() if void is None else void.recorded_by, String).label("voided_by"),
        type_coerce(null() if void is None else void.recorded_at, Instant).label("voided_at"),
    )


def _acts(household: str) -> Select[*tuple[Any, ...]]:
    """Select events of who lived there that day; a move belongs to both households, undone too."""
    event, void, home = RegisterEvent, aliased(RegisterEvent), HouseholdComposition
    here = and_(home.member_id == event.member_id, home.household_code == household)
    moved = event.kind.in_([str(EventKind.SPLIT), str(EventKind.MERGED)])
    lived = and_(
        home.superseded_at.is_(None),
        home.valid_from <= event.occurred_on,
        or_(home.valid_to.is_(None), home.valid_to > event.occurred_on),
    )
    came = exists().where(
        here, home.recorded_at == event.recorded_at, home.valid_from == event.occurred_on
    )
    return (
        _row(
            day=event.occurred_on, kind="register", code=event.kind,
            state=case((~moved, ""), (came, "in"), else_="out"),
            entry=func.coalesce(event.act_id, event.id), act=func.coalesce(event.act_id, ""),
            recorded_at=event.recorded_at, recorded_by=event.recorded_by,
            grounds=(event.reason, event.evidence, event.detected_on), void=void,
        )
        .select_from(event)
        .outerjoin(void, void.voids_event_id == event.id)
        .where(
            event.voids_event_id.is_(None),
            case(
                (moved, exists().where(here, home.recorded_at == event.recorded_at)),
                else_=exists().where(here, lived),
            ),
        )
    )  # fmt: skip


def _entered(
    model: Any,  # noqa: ANN401 - a mapped event table
    kind: str,
    code: Any,  # noqa: ANN401 - columns or constants
    *,
    state: Any = "",  # noqa: ANN401
) -> Select[*tuple[Any, ...]]:
    """Select the rows of an event table, each with its void if it has one."""
    void = aliased(model)
    return (
        _row(
            day=model.occurred_on, kind=kind, code=code, state=state, entry=model.id,
            recorded_at=model.recorded_at, recorded_by=model.recorded_by, void=void,
        )
        .select_from(model)
        .outerjoin(void, void.voids_event_id == model.id)
        .where(model.voids_event_id.is_(None))
    )  # fmt: skip


def _file(household: str) -> Iterator[Select[*tuple[Any, ...]]]:
    income, ledger = IncomeStatement, LedgerEntry
    for model, kind, code, state in (
        (Survey, "survey", Survey.block, Survey.state),
        (income, "income", func.printf("%d-%02d", income.year, income.months), ""),
        (ledger, "ledger", func.printf("%dQ%d", ledger.year, ledger.quarter), ""),
        (ServiceEvent, "service", ServiceEvent.kind, ""),
    ):
        yield _entered(model, kind, code, state=state).where(model.household_code == household)


def _spans(household: str) -> Iterator[Select[*tuple[Any, ...]]]:
    """Select beginnings and ends of what holds for some time."""
    yield _begins(Plan, household, "plan", func.printf("%d", Plan.plan_year), Plan.planned_by)
    held, next_ = MeasureAssignment, aliased(MeasureAssignment)
    goes_on = exists().where(
        next_.household_code == household,
        next_.measure_code == held.measure_code,
        next_.valid_from == held.valid_to,
        next_.superseded_at.is_(None),
    )
    yield _begins(held, household, "measure", held.measure_code, state=held.state)
    yield _ends(held, household, "measure", held.measure_code).where(~goes_on)
    by = select(Official.code).where(Official.id == Pairing.official_id).scalar_subquery()
    yield _begins(Pairing, household, "pairing", by, state="start")
    yield _ends(Pairing, household, "pairing", by)


def _begins(
    model: type[HouseholdFact],
    household: str,
    kind: str,
    code: Any,  # noqa: ANN401 - a column
    recorded_by: Any = "",  # noqa: ANN401 - a column or none
    *,
    state: Any = "",  # noqa: ANN401 - a column or a text
) -> Select[*tuple[Any, ...]]:
    return _row(
        day=model.valid_from, kind=kind, code=code, state=state, entry=model.id,
        recorded_at=model.recorded_at, recorded_by=recorded_by,
    ).where(model.household_code == household, model.superseded_at.is_(None))  # fmt: skip


def _ends(
    model: type[HouseholdFact],
    household: str,
    kind: str,
    code: Any,  # noqa: ANN401 - a column
) -> Select[*tuple[Any, ...]]:
    return _row(
        day=model.valid_to, kind=kind, code=code, state="end", entry=model.id,
        recorded_at=model.recorded_at,
    ).where(
        model.household_code == household,
        model.superseded_at.is_(None),
        model.valid_to.is_not(None),
    )  # fmt: skip


def _exits(household: str) -> list[Select[*tuple[Any, ...]]]:
    step = _entered(ExitStep, "exit_step", func.printf("%d", ExitStep.step))
    signed = _entered(Signature, "signature", Signature.level)
    return [
        rows.where(
            model.case_id.in_(select(ExitCase.id).where(ExitCase.household_code == household))
        )
        for rows, model in ((step, ExitStep), (signed, Signature))
    ]


def _alerts(household: str) -> Iterator[Select[*tuple[Any, ...]]]:
    yield _row(
        day=Alert.opened_on, kind="alert", code=Alert.rule, state="opened", entry=Alert.id,
        recorded_at=Alert.recorded_at, recorded_by=Alert.recorded_by,
    ).where(Alert.household_code == household)  # fmt: skip
    rule = select(Alert.rule).where(Alert.id == AlertClosing.alert_id).scalar_subquery()
    here = select(Alert.id).where(Alert.household_code == household)
    yield _entered(AlertClosing, "alert", rule, state="closed").where(
        AlertClosing.alert_id.in_(here)
    )

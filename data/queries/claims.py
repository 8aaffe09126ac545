"""Claims: published figures beside what the ledger computes, with the open residual."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from data.access import OPERATOR, Viewer
from data.engine import Database, reading
from data.models import Claim, Source
from data.queries.filters import Filter
from data.queries.frames import read_frame
from data.queries.projects import count_greenhouses
from data.queries.register import count_exits, read_ledger
from data.queries.responsibility import count_linked_villages, count_officials


@dataclass(frozen=True)
class ClaimFigure:
    """A published figure and the ledger's own.

    `computed` and `residual` (claimed − computed) are None where the ledger holds nothing of the
    same definition: then nothing is compared.
    """

    id: str
    metric: str
    value: float
    unit: str
    as_of: date
    as_of_text: str
    scope: str
    definition_zh: str
    definition_en: str
    source: str
    note_zh: str | None
    note_en: str | None
    computed: float | None
    residual: float | None

    @property
    def is_open(self) -> bool:
        """Whether a residual stands unexplained."""
        return bool(self.residual)


def list_claims(db: Database, viewer: Viewer, *, known_on: date | None = None) -> list[ClaimFigure]:
    """List all claims with what the ledger computes for the day and scope of each.

    The figures are published ones of whole districts and the city, so that every role that sees
    aggregates may compare them; `viewer` is asked for the rule's sake and limits nothing here.
    """
    del viewer
    with reading(db) as connection:
        statement = (
            select(Claim, Source.title)
            .join(Source, Source.id == Claim.source_id)
            .where(Claim.superseded_at.is_(None))
            .order_by(Claim.position)
        )
        rows = read_frame(
            connection, statement.with_only_columns(*Claim.__table__.columns, Source.title)
        )
    return [_figure(db, row, known_on) for row in rows.to_dict("records")]


def _figure(db: Database, row: Mapping[Hashable, object], known_on: date | None) -> ClaimFigure:
    as_of = row["as_of"]
    if not isinstance(as_of, date):
        msg = "a claim's as_of is a date"
        raise TypeError(msg)
    prefix = str(row["scope_code"]).rstrip("0")
    prefix = prefix.ljust(6, "0") if len(prefix) > len("1503") else prefix.ljust(4, "0")
    computed = _compute(db, _text(row["computed_by"]) or "", as_of, prefix, known_on)
    value = float(str(row["value"]))
    return ClaimFigure(
        id=str(row["id"]),
        metric=str(row["metric"]),
        value=value,
        unit=str(row["unit"]),
        as_of=as_of,
        as_of_text=str(row["as_of_text"]),
        scope=str(row["scope_code"]),
        definition_zh=str(row["definition_zh"]),
        definition_en=str(row["definition_en"]),
        source=str(row["title"]),
        note_zh=_text(row["note_zh"]),
        note_en=_text(row["note_en"]),
        computed=computed,
        residual=None if computed is None else value - computed,
    )


def _text(value: object) -> str | None:
    """Give a text; None where the frame has a missing one."""
    return value if isinstance(value, str) else None


def _compute(
    db: Database, metric: str, as_of: date, prefix: str, known_on: date | None
) -> float | None:
    """Compute a metric from the ledger; None for one the ledger does not know."""
    district = prefix if len(prefix) == len("150303") else ""
    filter_ = Filter(district=district, as_of=as_of)
    if metric in {"remaining_persons", "exited_persons_in_year"}:
        with reading(db) as connection:
            return float(_persons(connection, metric, filter_, known_on))
    if metric in {"leaders", "cadres"}:
        counts = count_officials(db, OPERATOR, filter_, known_on=known_on)
        return float(counts[metric][""])
    if metric == "villages_linked":
        return float(count_linked_villages(db, as_of))
    return float(count_greenhouses(db)) if metric == "greenhouse_units" else None


def _persons(connection: Connection, metric: str, filter_: Filter, known_on: date | None) -> int:
    if metric == "remaining_persons":
        ledger = read_ledger(connection, OPERATOR, filter_, [filter_.as_of], known_on=known_on)
        return int(ledger.registered.sum())
    return count_exits(connection, OPERATOR, filter_, known_on=known_on)

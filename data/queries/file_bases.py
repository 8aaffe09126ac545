"""Bases: how far a part of a household's file has come, which a form about it hands back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from data.errors import EntryChanged
from data.models import AuditEntry, Base
from data.queries.instants import CHINA


def file_base(connection: Connection, model: type[Base], household: str) -> str:
    """Count a household's rows of a table and how many of them are superseded.

    Nothing of a file is ever removed: whoever writes makes one of the two numbers grow.
    """
    table: Any = model
    has_versions = "superseded_at" in model.__table__.columns
    superseded = func.count(table.superseded_at) if has_versions else func.count() * 0
    row = connection.execute(
        select(func.count(), superseded).where(table.household_code == household)
    ).one()
    return f"{row[0]}.{row[1]}"


def require_file_base(connection: Connection, model: type[Base], household: str, base: str) -> None:
    """Refuse to write to a part of a file that moved since the form was opened.

    Raises
    ------
    EntryChanged
        Somebody else wrote to it in the meantime.
    """
    if file_base(connection, model, household) == base:
        return
    table: Any = model
    columns = model.__table__.columns
    last = connection.execute(
        select(func.max(table.recorded_at)).where(table.household_code == household)
    ).scalar()
    if "superseded_at" in columns:
        ended = connection.execute(
            select(func.max(table.superseded_at)).where(table.household_code == household)
        ).scalar()
        last = max((at for at in (last, ended) if at is not None), default=None)
    who = list_recorders(connection, household, [last]).get(last) if last else None
    raise EntryChanged(
        what=household,
        who=who or "–",
        when=last.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if last else "–",
    )


def list_recorders(
    connection: Connection, household: str, instants: Iterable[datetime]
) -> dict[datetime, str]:
    """Give the accounts that wrote to a household's file at some instants.

    A versioned fact does not say who recorded it; the audit does, at the same instant.
    """
    rows = connection.execute(
        select(AuditEntry.at, AuditEntry.actor).where(
            AuditEntry.at.in_(set(instants)),
            AuditEntry.target == household,
            AuditEntry.result == "done",
        )
    ).all()
    return {row.at: str(row.actor) for row in rows}

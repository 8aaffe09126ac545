"""The audit's chain as it is proved: row by row from its signed start to its signed end."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, select

from data.audit import chain_key, is_signed
from data.chain import GENESIS, Line, add_to_digest, hash_of, is_same, read_line
from data.engine import Database, reading
from data.models import AuditEntry, AuditHead
from data.text import mark

PROBLEMS: Final = {
    "changed": mark("第 {at} 条的内容被改动过"),
    "removed": mark("第 {at} 条被删除"),
    "inserted": mark("第 {at} 条不是本系统写入的"),
    "reordered": mark("第 {at} 条被换过位置"),
    "relinked": mark("第 {at} 条与前一条接不上：此前的记录被替换过"),
    "cut_at_front": mark("开头被截去，缺第 {at} 条"),
    "cut_at_end": mark("末尾被截去，缺第 {at} 条"),
    "head_forged": mark("首尾签名不符，首尾标记被改动或删除"),
    "kept_changed": mark("第 {at} 条之前的留存记录被改动、删除或增加"),
    "differs": mark("第 {at} 条与另存的日志不同：数据库被回退或替换过"),
}
"""How a chain may be found broken; ``{at}`` is the number of the first row concerned."""

_ROWS: Final = 1_000
_NEARBY: Final = 1_000
_COLUMNS: Final = tuple(AuditEntry.__table__.columns)

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class ChainReport:
    """What a walk along the chain found.

    Attributes
    ----------
    checked
        Rows that fit, from the first on.
    first, last
        The numbers of the first and the last row as they are signed.
    kept
        Older rows about personal data that outlast the rest.
    problem, at
        Nothing, or a key of `PROBLEMS` and the number of the first row that does not fit.
    compared
        Lines of a log that were found to fit.
    """

    checked: int = 0
    first: int = 0
    last: int = 0
    kept: int = 0
    problem: str = ""
    at: int = 0
    compared: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing was changed, removed, inserted, moved or cut."""
        return not self.problem


class _Break(Exception):
    """The first row that does not fit."""

    def __init__(self, at: int, problem: str) -> None:
        super().__init__(problem)
        self.at, self.problem = at, problem


def verify_chain(
    db: Database,
    *,
    copy: Iterable[str] = (),
    advanced: Callable[[int, int], object] = lambda _done, _all: None,
) -> ChainReport:
    """Walk the chain as it stands, a thousand rows at a time.

    Parameters
    ----------
    db
        The database.
    copy
        Lines of a log that left this host; without them nobody notices who puts back a whole
        older database with everything in it.
    advanced
        Told after each batch how many rows are done, of how many.

    Raises
    ------
    WrongDataKey
        The chain was signed under another data key.
    """
    report = ChainReport()
    with reading(db) as connection:
        key = chain_key(connection)
        heads = {row.name: row for row in connection.execute(select(AuditHead)).all()}
        try:
            _check_heads(key, heads)
            first, last = heads["first"].seq, heads["last"].seq
            report = replace(report, first=first, last=last, kept=heads["kept"].seq)
            _check_kept(connection, key, first, heads["kept"])
            for checked in _walk(connection, key, heads["first"], heads["last"]):
                report = replace(report, checked=checked)
                if checked % _ROWS == 0:
                    advanced(checked, last - first + 1)
            for compared in _compare(connection, first, copy):
                report = replace(report, compared=compared)
        except _Break as found:
            return replace(report, problem=found.problem, at=found.at)
    return report


def _check_heads(key: bytes, heads: Mapping[str, Any]) -> None:
    for name in ("first", "kept", "last"):
        if name not in heads or not is_signed(key, heads[name]):
            raise _Break(heads[name].seq if name in heads else 0, "head_forged")


def _check_kept(connection: Connection, key: bytes, first: int, head: Any) -> None:  # noqa: ANN401 - a row
    """Prove the older rows that were kept: each by itself, all by count and digest."""
    count, digest = 0, GENESIS
    for row in _rows(connection, after=-1):
        if row["seq"] >= first:
            break
        if not _fits(key, row):
            raise _Break(row["seq"], "changed")
        count, digest = count + 1, add_to_digest(digest, row["hash"])
    if (count, digest) != (head.seq, head.hash):
        raise _Break(first, "kept_changed")


def _walk(connection: Connection, key: bytes, start: Any, end: Any) -> Iterator[int]:  # noqa: ANN401 - rows
    """Follow the chain from its signed start to its signed end, counting."""
    wanted, previous = start.seq, start.hash
    for row in _rows(connection, after=start.seq - 1):
        if row["seq"] > end.seq:
            raise _Break(row["seq"], "inserted")
        if row["seq"] != wanted:
            raise _Break(wanted, "cut_at_front" if wanted == start.seq else "removed")
        if not _fits(key, row):
            raise _Break(row["seq"], _why(connection, key, row, previous))
        if row["previous_hash"] != previous:
            raise _Break(row["seq"], "relinked")
        wanted, previous = wanted + 1, row["hash"]
        yield wanted - start.seq
    if wanted <= end.seq:
        raise _Break(wanted, "cut_at_end")
    if previous != end.hash:
        raise _Break(end.seq, "relinked")


def _fits(key: bytes, row: Row, **other: Any) -> bool:  # noqa: ANN401 - a fact of the row
    return is_same(row["hash"], hash_of(key, {**row, **other}))


def _why(connection: Connection, key: bytes, row: Row, previous: str) -> str:
    """Say what happened to a row whose hash is not its own; changed, if nothing else explains it.

    A genuine row under another number was moved. If the row before it is gone as well, that one
    was removed and the rest moved up; if the next row follows from the last good one, this one
    was put between.
    """
    seq = row["seq"]
    if any(_fits(key, row, seq=n) for n in range(max(1, seq - _NEARBY), seq + _NEARBY)):
        before = select(AuditEntry.seq).where(AuditEntry.hash == row["previous_hash"]).limit(1)
        return "reordered" if connection.execute(before).first() else "removed"
    following = next(iter(_rows(connection, after=seq)), None)
    if following is not None and following["previous_hash"] == previous:
        return "inserted"
    return "changed"


def _compare(connection: Connection, first: int, copy: Iterable[str]) -> Iterator[int]:
    """Compare with lines of a log; one of a row whose time is over may have no row any more."""
    lines = (line for line in map(read_line, copy) if line is not None)
    compared = 0
    while batch := list(islice(lines, _ROWS)):
        wanted = {line.seq: line for line in batch}
        rows = connection.execute(
            select(AuditEntry.seq, AuditEntry.hash).where(AuditEntry.seq.in_(wanted))
        ).all()
        found = {row.seq: str(row.hash) for row in rows}
        for line in batch:
            if not _agrees(line, found, first):
                raise _Break(line.seq, "differs")
        compared += len(batch)
        yield compared


def _agrees(line: Line, found: Mapping[int, str], first: int) -> bool:
    if line.seq not in found:
        return line.seq < first
    return is_same(found[line.seq], line.hash)


def _rows(connection: Connection, *, after: int) -> Iterator[Row]:
    """Give the rows in their order, never more than a batch of them in memory."""
    while True:
        statement = (
            select(*_COLUMNS).where(AuditEntry.seq > after).order_by(AuditEntry.seq).limit(_ROWS)
        )
        batch = connection.execute(statement).mappings().all()
        yield from batch
        if len(batch) < _ROWS:
            return
        after = batch[-1]["seq"]

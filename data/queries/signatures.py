"""Signatures: whose turn it is, who holds the post that signs on a day, what waits for somebody."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, select

from data.access import Action, Viewer
from data.engine import Database, reading
from data.errors import (
    NoOfficial,
    NothingToSign,
    NoticeRunning,
    NotPrincipal,
    OtherUnit,
    OutOfTurn,
    SignedTwice,
    TermOver,
)
from data.models import ExitBatch, Official, Org, Post
from data.queries.exit_batches import count_by
from data.queries.exit_files import Case, load_cases
from data.queries.instants import known, known_before
from data.refusals import in_each_language, require
from data.rules.exits import LEVEL_CODE_LENGTH, LEVEL_NAMES, LEVELS
from geo.errors import AppError

_OPEN_END: Final = "…"


@dataclass(frozen=True)
class Seat:
    """A post of an official: of which unit, as its principal or not, from when until when."""

    post_id: str
    official_id: str
    level: str
    division_code: str
    is_principal: bool
    valid_from: date
    valid_to: date | None

    def covers(self, village: str) -> bool:
        """Tell whether the unit is the one that answers for a village at this level."""
        length = LEVEL_CODE_LENGTH.get(self.level)
        return length is not None and self.division_code[:length] == village[:length]

    def is_held_on(self, day: date) -> bool:
        """Tell whether the post is held on a day; its end is the first day without."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def list_seats(connection: Connection, official_code: str | None) -> list[Seat]:
    """List the posts of an official, as known now, whenever they are held.

    Raises
    ------
    NoOfficial
        There is no such official.
    """
    statement = select(Official.id).where(Official.code == official_code)
    official = connection.execute(statement).scalar()
    if official_code is None or official is None:
        raise NoOfficial
    return list_all_seats(connection, [official])


def list_all_seats(connection: Connection, officials: Iterable[str]) -> list[Seat]:
    """List the posts of officials by id, as known now."""
    rows = connection.execute(
        select(
            Post.id, Post.official_id, Org.level, Org.division_code, Post.is_principal,
            Post.valid_from, Post.valid_to,
        )
        .join(Org, Org.id == Post.org_id)
        .where(Post.official_id.in_(list(officials)), known(Post, known_before(None)))
        .order_by(Post.id)
    )  # fmt: skip
    return [Seat(*row) for row in rows]


def find_seat(case: Case, seats: Sequence[Seat], day: date) -> Seat:
    """Find the post by which somebody signs a case now.

    Raises
    ------
    NothingToSign, NoticeRunning
        The case wants no signature now, or not yet.
    NotPrincipal, OtherUnit, OutOfTurn, SignedTwice, TermOver
        It wants one, and not this person's.
    """
    _require_signable(case, day)
    level = case.state.next_level
    here = [seat for seat in seats if seat.covers(case.village)]
    held = [seat for seat in here if seat.is_principal and seat.is_held_on(day)]
    _require_first(case, held)
    if level is None:
        raise NothingToSign
    own = next((seat for seat in held if seat.level == level), None)
    if own is None:
        raise _refusal(case, here, held, day)
    return own


def _require_signable(case: Case, day: date) -> None:
    state, until = case.state, case.state.notice_until
    if until is not None and day < until:
        raise NoticeRunning(what=_town_of(case), until=until.isoformat())
    if state.due_on is None and not state.signatures:
        raise NothingToSign


def _require_first(case: Case, held: Sequence[Seat]) -> None:
    """Refuse a person, or a level, that has signed the case before."""
    signed = case.state.signatures
    levels = {one.level for one in signed}
    persons = {one.official_id for one in signed}
    if any(seat.official_id in persons for seat in held):
        raise SignedTwice(what=_town_of(case))
    if held and all(seat.level in levels for seat in held):
        raise SignedTwice(what=_town_of(case))


def _refusal(case: Case, here: Sequence[Seat], held: Sequence[Seat], day: date) -> AppError:
    """Say why none of somebody's posts signs the level whose turn it is."""
    level = str(case.state.next_level)
    if held:
        return OutOfTurn(level=in_each_language(LEVEL_NAMES[level]))
    named = in_each_language(LEVEL_NAMES[max(here, key=_rank).level]) if here else {}
    over = [seat for seat in here if seat.is_principal and not seat.is_held_on(day)]
    deputy = [seat for seat in here if not seat.is_principal and seat.is_held_on(day)]
    if over and not deputy:
        seat = max(over, key=lambda one: one.valid_from)
        return TermOver(
            level=in_each_language(LEVEL_NAMES[seat.level]),
            first=seat.valid_from.isoformat(),
            last=seat.valid_to.isoformat() if seat.valid_to else _OPEN_END,
        )
    if here:
        return NotPrincipal(level=named)
    return OtherUnit(what=_town_of(case))


def _town_of(case: Case) -> str:
    """Name the case's town: who signs for the city sees no household."""
    return case.village[:9].ljust(12, "0")


def _rank(seat: Seat) -> int:
    return LEVELS.index(seat.level)


def digest_of(cases: Iterable[Case]) -> str:
    """Name what somebody is about to sign: each case's content and the signature before."""
    parts = sorted(f"{c.id}:{c.state.content_hash}:{c.state.last_hash}" for c in cases)
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class ToSign:
    """What of a batch waits for somebody's signature.

    Attributes
    ----------
    households
        How many cases; a state of `geo.classify` when it may not be shown.
    due_on
        The day by which the first of them is to be signed.
    digest
        What the signature covers; a form hands it back, so that nothing unseen is signed.
    """

    batch_id: str
    name: str
    town_code: str
    level: str
    households: float
    due_on: date
    digest: str


def list_to_sign(db: Database, viewer: Viewer, today: date) -> list[ToSign]:
    """List what waits for the viewer's own signature, what is due first on top; often nothing.

    Raises
    ------
    Denied
        The viewer's role signs nothing.
    """
    require(viewer, Action.SIGN_EXITS)
    with reading(db) as connection:
        try:
            seats = list_seats(connection, viewer.official)
        except NoOfficial:
            return []
        if not any(seat.is_principal and seat.is_held_on(today) for seat in seats):
            return []
        cases = load_cases(connection, viewer, is_complete=False)
        names = {row.id: row for row in connection.execute(select(*_BATCH))}
    grouped: dict[tuple[str, str], list[Case]] = defaultdict(list)
    sizes: dict[str, int] = defaultdict(int)
    for case in cases:
        sizes[case.batch_id] += 1
        seat = seat_or_none(case, seats, today)
        if seat is not None:
            grouped[case.batch_id, seat.level].append(case)
    found = [
        ToSign(
            batch_id=batch, name=names[batch].name, town_code=names[batch].town_code, level=level,
            households=count_by(viewer, [level] * len(group), [level], of=sizes[batch])[level],
            due_on=min(case.state.due_on for case in group if case.state.due_on),
            digest=digest_of(group),
        )
        for (batch, level), group in grouped.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.due_on, one.batch_id))


def seat_or_none(case: Case, seats: Sequence[Seat], day: date) -> Seat | None:
    """Find the post by which somebody signs a case now, if it is theirs to sign."""
    if not case.state.may_be_signed(day):
        return None
    try:
        return find_seat(case, seats, day)
    except AppError:
        return None


_BATCH: Final[tuple[Any, ...]] = (ExitBatch.id, ExitBatch.name, ExitBatch.town_code)

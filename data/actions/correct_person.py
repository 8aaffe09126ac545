"""Correct what the vault holds of a person; the second of two edits is told of the first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from data.access import Action, Viewer
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import NotFound, NothingChanged, PersonErased, StaleEdit
from data.homes import find_home
from data.refusals import refusals_recorded, require
from data.text import LANGS, join_words, translate
from data.vault import FIELD_NAMES, FIELDS, Identity, change_identity, open_identities, read_value

_CHINA: Final = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Correction:
    """What somebody wants to change of a person.

    Attributes
    ----------
    member_id
        Whom it concerns.
    version
        The version that the new values were written against.
    changes
        New texts by field; an empty one means that nothing is known any more.
    """

    member_id: str
    version: int
    changes: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Corrected:
    """What became of it."""

    household: str
    version: int
    fields: tuple[str, ...]


def correct_person(
    db: Database, viewer: Viewer, correction: Correction, *, now: datetime | None = None
) -> Corrected:
    """Write new values of a person's sealed fields.

    Raises
    ------
    BadIdNumber, BadValue
        A field cannot hold what was given.
    Denied, NotFound
        The viewer's role corrects nobody; the member is missing or outside the viewer's scope.
    NothingChanged
        All values are as they were.
    PersonErased
        The member's personal information was erased by law.
    StaleEdit
        Somebody else changed the member since that version; nothing was written.
    """
    moment = now or datetime.now(UTC)
    member_id = correction.member_id
    with (
        refusals_recorded(db, viewer, Action.CORRECT_PERSON),
        transaction(db) as connection,
    ):
        require(viewer, Action.CORRECT_PERSON)
        home = find_home(connection, viewer, member_id)
        if home is None:
            raise NotFound(what=member_id[:26])
        held = open_identities(connection, [member_id]).get(member_id)
        if held is None:
            raise PersonErased
        if held.version != correction.version:
            raise stale(held, home.code)
        changes = _changes(held, correction)
        if not changes:
            raise NothingChanged
        if not change_identity(connection, held, changes, by=viewer.name, at=moment):
            raise stale(held, home.code)
        fields = tuple(sorted(changes, key=FIELDS.index))
        record(
            connection, viewer, Deed.EDIT,
            target=home.code, reason=", ".join(fields), rows=1, at=now,
        )  # fmt: skip
    return Corrected(household=home.code, version=held.version + 1, fields=fields)


def _changes(held: Identity, correction: Correction) -> dict[str, str]:
    read = {name: read_value(name, text) for name, text in correction.changes.items()}
    return {name: text for name, text in read.items() if text != held.texts[name]}


def stale(held: Identity, household: str) -> StaleEdit:
    """Say who changed a person, when and which fields; never what they hold."""
    return StaleEdit(
        who=held.changed_by,
        when=held.changed_at.astimezone(_CHINA).strftime("%Y-%m-%d %H:%M"),
        what=household,
        fields={
            lang: join_words(
                (translate(FIELD_NAMES[name], lang) for name in held.changed_fields), lang
            )
            for lang in LANGS
        },
    )

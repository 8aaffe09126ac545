"""Identities and health are sealed, each person's under a key of its own; full views."""

from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from data import columns
from data.keyring import make_purpose_keys, purpose_key
from data.keys import load_keys
from data.sealing import index_of, seal
from data.vault import new_person_key, seal_value

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SEALED = (
    "name", "id_number", "phone", "address", "health", "labour", "is_disabled", "is_tekun",
    "is_orphan",
)  # fmt: skip
_BATCH = 2_000
_PLAIN_ROWS = sa.text(
    """
    SELECT v.member_id, v.name, v.id_number, v.phone, '' AS address, m.health, m.labour,
           CASE m.is_disabled WHEN 1 THEN 'yes' ELSE 'no' END AS is_disabled,
           CASE m.is_tekun WHEN 1 THEN 'yes' ELSE 'no' END AS is_tekun,
           CASE m.is_orphan WHEN 1 THEN 'yes' ELSE 'no' END AS is_orphan
    FROM plain_identity AS v JOIN member AS m ON m.id = v.member_id
    ORDER BY v.member_id
    """
)


def upgrade() -> None:
    """Seal what stands in plain, and drop the plain columns."""
    op.rename_table("identity_vault", "plain_identity")
    vault = op.create_table(
        "identity_vault",
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in _SEALED),
        sa.Column("id_number_index", sa.String(), nullable=True),
        sa.Column("phone_index", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", columns.Instant(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_fields", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_identity_vault_member_id")
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_identity_vault")),
    )
    for name in ("id_number_index", "phone_index"):
        op.create_index(op.f(f"ix_identity_vault_{name}"), "identity_vault", [name])
    _seal(vault)
    op.drop_table("plain_identity")
    for name in ("health", "labour", "is_disabled", "is_tekun", "is_orphan"):
        op.drop_column("member", name)
    op.create_table(
        "full_view",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("household_code", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("opened_at", columns.Instant(), nullable=False),
        sa.Column("until", columns.Instant(), nullable=False),
        sa.Column("reviewed_by", sa.String(), nullable=True),
        sa.Column("reviewed_at", columns.Instant(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("remark", sa.String(), nullable=True),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict IN ('justified', 'unclear', 'unjustified')",
            name=op.f("ck_full_view_verdict"),
        ),
        sa.CheckConstraint(
            "(verdict IS NULL) = (reviewed_by IS NULL)"
            " AND (verdict IS NULL) = (reviewed_at IS NULL)",
            name=op.f("ck_full_view_verdict_has_reviewer"),
        ),
        sa.CheckConstraint(
            "reviewed_by IS NULL OR reviewed_by <> account",
            name=op.f("ck_full_view_second_person"),
        ),
        sa.ForeignKeyConstraint(
            ["household_code"], ["household.code"], name=op.f("fk_full_view_household_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_full_view")),
    )
    for name in ("account", "household_code", "village_code", "opened_at"):
        op.create_index(op.f(f"ix_full_view_{name}"), "full_view", [name])


def _seal(vault: sa.Table) -> None:
    """Seal the plain rows, batch by batch; an empty database needs no key for it."""
    connection = op.get_bind()
    rows = connection.execute(_PLAIN_ROWS).mappings()
    first = rows.fetchmany(_BATCH)
    if not first:
        return
    keys = load_keys()
    make_purpose_keys(connection, keys)
    index_key = purpose_key(connection, keys, "index")
    now = datetime.now(UTC)

    def sealed(batch: Iterable[sa.RowMapping]) -> list[dict[str, object]]:
        made = []
        for row in batch:
            member = row["member_id"]
            person = new_person_key(keys, member)
            made.append(
                {
                    "member_id": member,
                    "key": seal(keys.data, person, "identity_vault", "key", member),
                    "key_id": keys.data_key_id,
                    **{name: seal_value(person, name, member, row[name]) for name in _SEALED},
                    "id_number_index": index_of(index_key, "id_number", row["id_number"]),
                    "phone_index": index_of(index_key, "phone", row["phone"]),
                    "version": 1,
                    "changed_at": now,
                    "changed_by": "migration",
                    "changed_fields": [],
                }
            )
        return made

    batch = first
    while batch:
        connection.execute(vault.insert(), sealed(batch))
        batch = rows.fetchmany(_BATCH)


def downgrade() -> None:
    """Go back while nobody is registered: what was sealed is never written back in plain."""
    connection = op.get_bind()
    if connection.execute(sa.text("SELECT count(*) FROM identity_vault")).scalar_one():
        msg = "identities are sealed; they are not written back in plain"
        raise RuntimeError(msg)
    op.drop_table("full_view")
    op.drop_table("identity_vault")
    op.create_table(
        "identity_vault",
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id_number", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_identity_vault_member_id")
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_identity_vault")),
    )
    for name in ("health", "labour"):
        op.add_column("member", sa.Column(name, sa.String(), nullable=False, server_default=""))
    for name in ("is_tekun", "is_orphan", "is_disabled"):
        op.add_column("member", sa.Column(name, sa.Boolean(), nullable=False, server_default="0"))

"""Audit, accounts, sessions, and the register's own keys."""

import sqlalchemy as sa
from alembic import op

from data import columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TRIGGERS = (
    """
    CREATE TRIGGER audit_entry_is_append_only_update BEFORE UPDATE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END
    """,
    # Whatever a setting says: half a year for every row, three years for acts on personal data.
    # That a row goes out of the middle is for the chain to tell; here it is only its age.
    """
    CREATE TRIGGER audit_entry_is_kept BEFORE DELETE ON audit_entry
    WHEN OLD.at > datetime('now', '-183 days')
        OR (OLD.deed IN ('full_view', 'search', 'export', 'import', 'edit', 'erasure', 'review')
            AND OLD.at > datetime('now', '-1095 days'))
    BEGIN SELECT RAISE(ABORT, 'audit_entry is kept until its time is over'); END
    """,
    """
    CREATE TRIGGER audit_entry_is_never_replaced BEFORE INSERT ON audit_entry
    WHEN EXISTS (SELECT 1 FROM audit_entry AS old WHERE old.seq >= NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'audit_entry keeps every row'); END
    """,
    """
    CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head
    BEGIN SELECT RAISE(ABORT, 'audit_head stays'); END
    """,
    """
    CREATE TRIGGER audit_head_is_never_replaced BEFORE INSERT ON audit_head
    WHEN EXISTS (SELECT 1 FROM audit_head AS old WHERE old.name = NEW.name)
    BEGIN SELECT RAISE(ABORT, 'audit_head is never replaced'); END
    """,
    """
    CREATE TRIGGER audit_head_never_goes_back BEFORE UPDATE ON audit_head
    WHEN NEW.name <> OLD.name OR (NEW.name <> 'kept' AND NEW.seq <= OLD.seq)
    BEGIN SELECT RAISE(ABORT, 'audit_head never goes back'); END
    """,
)


def upgrade() -> None:
    """Create the tables, and the triggers that keep the audit."""
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.CheckConstraint(
            "result IN ('done', 'refused', 'failed')", name=op.f("ck_audit_entry_result")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
    )
    for name in ("at", "actor", "deed"):
        op.create_index(op.f(f"ix_audit_entry_{name}"), "audit_entry", [name])
    op.create_table(
        "audit_head",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.CheckConstraint("name IN ('first', 'kept', 'last')", name=op.f("ck_audit_head_name")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "sealed_key",
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("purpose", name=op.f("pk_sealed_key")),
    )
    op.create_table(
        "account",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("official_code", sa.String(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("password_changed_at", columns.Instant(), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("former_hashes", sa.JSON(), nullable=False),
        sa.Column("totp_sealed", sa.String(), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("recovery_hashes", sa.JSON(), nullable=False),
        sa.Column("oidc_subject", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", columns.Instant(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_fields", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_account")),
        sa.UniqueConstraint("oidc_subject", name=op.f("uq_account_oidc_subject")),
    )
    op.create_table(
        "account_session",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("account_name", sa.String(), nullable=False),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("started_at", columns.Instant(), nullable=False),
        sa.Column("seen_at", columns.Instant(), nullable=False),
        sa.Column("ended_at", columns.Instant(), nullable=True),
        sa.Column("ended_why", sa.String(), nullable=True),
        sa.Column("preview_role", sa.String(), nullable=True),
        sa.Column("preview_areas", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_name"], ["account.name"], name=op.f("fk_account_session_account_name")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_account_session")),
    )
    for name in ("account_name", "seen_at"):
        op.create_index(op.f(f"ix_account_session_{name}"), "account_session", [name])
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("name_hash", sa.String(), nullable=True),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    for name in ("address", "name_hash", "at"):
        op.create_index(op.f(f"ix_sign_in_failure_{name}"), "sign_in_failure", [name])
    if op.get_bind().dialect.name == "sqlite":
        for statement in TRIGGERS:
            op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    for table in ("sign_in_failure", "account_session", "account", "sealed_key", "audit_head",
                  "audit_entry"):  # fmt: skip
        op.drop_table(table)

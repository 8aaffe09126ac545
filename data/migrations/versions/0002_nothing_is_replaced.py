"""Nothing is replaced: INSERT OR REPLACE removes a row without asking the triggers on DELETE."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

VERSIONED = (
    "cause",
    "claim",
    "district_responsible",
    "division",
    "household_composition",
    "leader_village_link",
    "measure_assignment",
    "pairing",
    "post",
    "project_beneficiary",
    "team_member",
    "work_team",
)
_SAME_ROW = "old.id = NEW.id OR old.rowid = NEW.rowid"


def _refuse(table: str, same: str) -> str:
    return f"""
        CREATE TRIGGER {table}_is_never_replaced BEFORE INSERT ON {table}
        WHEN EXISTS (SELECT 1 FROM {table} AS old WHERE {same})
        BEGIN SELECT RAISE(ABORT, '{table} keeps every row'); END
    """


def upgrade() -> None:
    """Refuse a row whose key another row has."""
    # A second void of the same event would replace the first one by its unique target.
    op.execute(_refuse("register_event", f"{_SAME_ROW} OR old.voids_event_id = NEW.voids_event_id"))
    for table in VERSIONED:
        op.execute(_refuse(table, _SAME_ROW))


def downgrade() -> None:
    """Take the triggers away."""
    for table in ("register_event", *VERSIONED):
        op.execute(f"DROP TRIGGER {table}_is_never_replaced")

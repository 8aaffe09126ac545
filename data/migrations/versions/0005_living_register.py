"""The living register: household files, exits with signatures, monitoring, closes."""

import sqlalchemy as sa
from alembic import op

from data import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

EVENTS = (
    "alert_closing",
    "exit_step",
    "gap_task",
    "income_statement",
    "ledger_entry",
    "lookback_outcome",
    "medical_bill",
    "payment",
    "service_event",
    "signature",
    "survey",
)
VERSIONED = ("enrolment", "plan", "rule_parameter")
RECORDS = {
    "alert": ("id",),
    "exit_batch": ("id",),
    "exit_case": ("id",),
    "lookback_campaign": ("id",),
    "lookback_item": ("campaign_id", "household_code"),
    "plan_indicator": ("plan_id", "indicator"),
    "reconciliation": ("id",),
    "register_close": ("year",),
    "register_close_row": ("year", "member_id"),
}


def _refuse(name: str, moment: str, table: str, when: str, told: str) -> str:
    return f"""
        CREATE TRIGGER {name} BEFORE {moment} ON {table} WHEN {when}
        BEGIN SELECT RAISE(ABORT, '{told}'); END
    """


def _keep(table: str, keys: tuple[str, ...]) -> list[str]:
    """Refuse to change, remove or replace a row."""
    same = " AND ".join(f"old.{key} = NEW.{key}" for key in keys)
    return [
        _refuse(f"{table}_is_append_only_update", "UPDATE", table, "1", f"{table} is append-only"),
        _refuse(f"{table}_is_append_only_delete", "DELETE", table, "1", f"{table} is append-only"),
        _refuse(
            f"{table}_is_never_replaced", "INSERT", table,
            f"EXISTS (SELECT 1 FROM {table} AS old WHERE {same} OR old.rowid = NEW.rowid)",
            f"{table} keeps every row",
        ),
    ]  # fmt: skip


def _void_soundly(table: str) -> str:
    """Let a void name one earlier row that is itself no void and was not voided before."""
    return _refuse(
        f"{table}_void_is_sound", "INSERT", table,
        f"""NEW.voids_event_id IS NOT NULL AND (NOT EXISTS (
            SELECT 1 FROM {table} AS e WHERE e.id = NEW.voids_event_id
              AND e.voids_event_id IS NULL AND e.recorded_at <= NEW.recorded_at
        ) OR EXISTS (SELECT 1 FROM {table} AS v WHERE v.voids_event_id = NEW.voids_event_id))""",
        "a void names an earlier row, once",
    )  # fmt: skip


def _version(table: str, facts: list[str]) -> list[str]:
    changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in facts)
    return [
        _refuse(
            f"{table}_is_superseded_once", "UPDATE", table,
            f"OLD.superseded_at IS NOT NULL OR NEW.superseded_at IS NULL OR {changed}",
            f"{table} may only be superseded, once",
        ),
        _refuse(f"{table}_is_never_deleted", "DELETE", table, "1", f"{table} keeps its versions"),
        _refuse(
            f"{table}_is_never_replaced", "INSERT", table,
            f"EXISTS (SELECT 1 FROM {table} AS old WHERE old.id = NEW.id OR old.rowid = NEW.rowid)",
            f"{table} keeps every row",
        ),
    ]  # fmt: skip


def _live(table: str, alias: str, where: str) -> str:
    """Select rows of a case that nobody voided."""
    return f"""EXISTS (SELECT 1 FROM {table} AS {alias} WHERE {alias}.case_id = NEW.case_id
        AND {alias}.voids_event_id IS NULL AND {where} AND NOT EXISTS (
            SELECT 1 FROM {table} AS v WHERE v.voids_event_id = {alias}.id))"""


_IS_STEP = "NEW.voids_event_id IS NULL"
_RANK = "instr('village town district city', {0}.level)"
_WORKFLOW = (
    _refuse("exit_step_follows_its_order", "INSERT", "exit_step",
            f"{_IS_STEP} AND NEW.step > 1 AND NOT "
            + _live("exit_step", "p", "p.step = NEW.step - 1 AND p.occurred_on <= NEW.occurred_on"),
            "a step follows the one before"),
    _refuse("exit_step_is_done_once", "INSERT", "exit_step",
            f"{_IS_STEP} AND " + _live("exit_step", "s", "s.step >= NEW.step"),
            "a step stands once"),
    _refuse("exit_step_notice_lasts", "INSERT", "exit_step",
            f"{_IS_STEP} AND NEW.step = 6 AND NEW.notice_until < date(NEW.occurred_on, '+7 days')",
            "a notice stands for seven days or more"),
    _refuse("exit_step_approval_is_signed", "INSERT", "exit_step",
            f"{_IS_STEP} AND NEW.step = 7 AND (NOT "
            + _live("signature", "s", "s.level = 'city' AND s.occurred_on <= NEW.occurred_on")
            + " OR NOT "
            + _live("exit_step", "n", "n.step = 6 AND n.notice_until <= NEW.occurred_on") + ")",
            "an approval needs its signatures and the notice over"),
    _refuse("exit_step_void_is_last", "INSERT", "exit_step",
            "NEW.voids_event_id IS NOT NULL AND ("
            + _live("exit_step", "s", "s.step > NEW.step")
            + " OR (NEW.step <= 6 AND " + _live("signature", "g", "1") + "))",
            "what stands on a step is voided first"),
    _refuse("signature_follows_its_order", "INSERT", "signature",
            f"{_IS_STEP} AND NEW.level <> 'village' AND NOT "
            + _live("signature", "p",
                    "p.hash = NEW.previous_hash AND p.occurred_on <= NEW.occurred_on AND "
                    "instr('village>town>district>city', p.level || '>' || NEW.level) > 0"),
            "a signature follows the one before"),
    _refuse("signature_is_given_once", "INSERT", "signature",
            f"{_IS_STEP} AND "
            + _live("signature", "s", "(s.level = NEW.level OR s.official_id = NEW.official_id)"),
            "one signature a level and a person"),
    _refuse("signature_comes_after_the_notice", "INSERT", "signature",
            f"{_IS_STEP} AND NOT "
            + _live("exit_step", "n", "n.step = 6 AND n.notice_until <= NEW.occurred_on"),
            "a signature comes after the notice"),
    _refuse("signature_void_is_last", "INSERT", "signature",
            "NEW.voids_event_id IS NOT NULL AND ("
            + _live("signature", "s",
                    f"{_RANK.format('s')} > {_RANK.format('NEW')}")
            + " OR " + _live("exit_step", "a", "a.step >= 7") + ")",
            "what stands on a signature is voided first"),
    _refuse("register_event_exit_is_approved", "INSERT", "register_event",
            "NEW.kind = 'exited' AND NEW.case_id IS NOT NULL AND (NOT "
            + _live("exit_step", "a", "a.step = 8") + " OR NOT "
            + _live("exit_step", "b", "b.step = 7 AND b.occurred_on = NEW.occurred_on")
            + """ OR NOT EXISTS (
                SELECT 1 FROM exit_case AS c, json_each(c.members) AS m
                WHERE c.id = NEW.case_id AND m.value = NEW.member_id))""",
            "an exit needs its approved case, of its member and day"),
)  # fmt: skip


_KEPT = """
    CREATE TRIGGER audit_entry_is_kept BEFORE DELETE ON audit_entry
    WHEN OLD.at > datetime('now', '-183 days')
        OR (OLD.deed IN ({deeds}) AND OLD.at > datetime('now', '-1095 days'))
    BEGIN SELECT RAISE(ABORT, 'audit_entry is kept until its time is over'); END
"""
_KEPT_BEFORE = "'full_view', 'search', 'export', 'import', 'edit', 'erasure', 'review'"
_KEPT_NOW = f"{_KEPT_BEFORE}, 'entry', 'void', 'signature', 'close'"


def _keep_longer(deeds: str) -> None:
    """Say anew which rows of the audit stay for three years."""
    op.execute("DROP TRIGGER audit_entry_is_kept")
    op.execute(_KEPT.format(deeds=deeds))


def _create_triggers() -> None:
    _keep_longer(_KEPT_NOW)
    inspector = sa.inspect(op.get_bind())
    for table in EVENTS:
        for statement in (*_keep(table, ("id",)), _void_soundly(table)):
            op.execute(statement)
    for table in VERSIONED:
        facts = [c["name"] for c in inspector.get_columns(table) if c["name"] != "superseded_at"]
        for statement in _version(table, facts):
            op.execute(statement)
    for table, keys in RECORDS.items():
        for statement in _keep(table, keys):
            op.execute(statement)
    for statement in _WORKFLOW:
        op.execute(statement)


def upgrade() -> None:
    """Make the tables and what keeps them."""
    op.create_table(
        "exit_batch",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("town_code", sa.String(length=12), nullable=False),
        sa.Column("district_code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exit_batch")),
    )
    op.create_index(op.f("ix_exit_batch_district_code"), "exit_batch", ["district_code"])
    op.create_index(op.f("ix_exit_batch_town_code"), "exit_batch", ["town_code"])
    op.create_table(
        "lookback_campaign",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("led_by", sa.String(), nullable=False),
        sa.Column("frozen_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("frame_hash", sa.String(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookback_campaign")),
    )
    op.create_index(
        op.f("ix_lookback_campaign_division_code"), "lookback_campaign", ["division_code"]
    )
    op.create_table(
        "register_close",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("frame_hash", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("closed_at", columns.Instant(), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_register_close")),
    )
    op.create_table(
        "rule_parameter",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("document_title", sa.String(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.Column("document_on", sa.Date(), nullable=False),
        sa.Column("document_page", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("superseded_at", columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_parameter")),
    )
    op.create_index(op.f("ix_rule_parameter_code"), "rule_parameter", ["code"])
    op.create_table(
        "subsidy_rule",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("population_zh", sa.String(), nullable=False),
        sa.Column("population_en", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending_document', 'in_force')", name=op.f("ck_subsidy_rule_state")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_subsidy_rule_source_id")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_subsidy_rule")),
    )
    op.create_table(
        "gap_task",
        sa.Column("gap", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(length=12), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("voids_event_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["village_code"], ["village.code"], name=op.f("fk_gap_task_village_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_task")),
    )
    op.create_index(op.f("ix_gap_task_gap"), "gap_task", ["gap"])
    op.create_index(op.f("ix_gap_task_occurred_on"), "gap_task", ["occurred_on"])
    op.create_index(op.f("ix_gap_task_subject"), "gap_task", ["subject"])
    op.create_index(op.f("ix_gap_task_village_code"), "gap_task", ["village_code"])
    op.create_index(op.f("ix_gap_task_voids_event_id"), "gap_task", ["voids_event_id"], unique=True)
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("claim_id", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("claimed", sa.Numeric(precision=12, scale=3, asdecimal=False), nullable=False),
        sa.Column("computed", sa.Numeric(precision=12, scale=3, asdecimal=False), nullable=False),
        sa.Column("residual", sa.Numeric(precision=12, scale=3, asdecimal=False), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reading", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.CheckConstraint(
            "reading IS NULL OR reading IN ('A', 'B', 'C', 'D')",
            name=op.f("ck_reconciliation_reading"),
        ),
        sa.CheckConstraint(
            "status IN ('open', 'explained', 'corrected')", name=op.f("ck_reconciliation_status")
        ),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claim.id"], name=op.f("fk_reconciliation_claim_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    op.create_index(op.f("ix_reconciliation_claim_id"), "reconciliation", ["claim_id"])
    op.create_table(
        "alert",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("household_code", sa.String(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("evidence_hash", sa.String(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_code"], ["household.code"], name=op.f("fk_alert_household_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint(
            "rule",
            "household_code",
            "evidence_hash",
            name=op.f("uq_alert_rule_household_code_evidence_hash"),
        ),
    )
    op.create_index(op.f("ix_alert_household_code"), "alert", ["household_code"])
    op.create_index(op.f("ix_alert_rule"), "alert", ["rule"])
    op.create_table(
        "enrolment",
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("school_kind", sa.String(), nullable=False),
        sa.Column("is_boarding", sa.Boolean(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=True),
        sa.Column("household_code", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("superseded_at", columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "school_kind IN ('public', 'inclusive', 'private')",
            name=op.f("ck_enrolment_school_kind"),
        ),
        sa.CheckConstraint(
            "stage IN ('kindergarten', 'compulsory', 'high', 'college')",
            name=op.f("ck_enrolment_stage"),
        ),
        sa.CheckConstraint("fee_fen IS NULL OR fee_fen >= 0", name=op.f("ck_enrolment_fee")),
        sa.ForeignKeyConstraint(
            ["household_code"], ["household.code"], name=op.f("fk_enrolment_household_code")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_enrolment_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
    )
    op.create_index(op.f("ix_enrolment_household_code"), "enrolment", ["household_code"])
    op.create_index(op.f("ix_enrolment_member_id"), "enrolment", ["member_id"])
    op.create_table(
        "exit_case",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("household_code", sa.String(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("window_quarters", sa.Integer(), nullable=False),
        sa.Column("line_fen", sa.BigInteger(), nullable=True),
        sa.Column("statement_ids", sa.JSON(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("window_quarters >= 2", name=op.f("ck_exit_case_window")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["exit_batch.id"], name=op.f("fk_exit_case_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["household_code"], ["household.code"], name=op.f("fk_exit_case_household_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exit_case")),
    )
    op.create_index(op.f("ix_exit_case_batch_id"), "exit_case", ["batch_id"])
    op.create_index(op.f("ix_exit_case_household_code"), "exit_case", ["household_code"])
    op.create_table(
        "income_statement",
        sa.Column("household_code", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("wage_fen", sa.BigInteger(), nullable=False),
        sa.Column("business_fen", sa.BigInteger(), nullable=False),
        sa.Column("property_fen", sa.BigInteger(), nullable=False),
        sa.Column("transfer_fen", sa.BigInteger(), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("surveyor", sa.String(), nullable=False),
        sa.Column("is_signed", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("voids_event_id", sa.String(), nullable=True),
        sa.CheckConstraint("months IN (3, 6, 9, 12)", name=op.f("ck_income_statement_months")),
        sa.CheckConstraint("persons > 0", name=op.f("ck_income_statement_persons")),
        sa.CheckConstraint(
            "wage_fen >= 0 AND business_fen >= 0 AND property_fen >= 0 AND transfer_fen >= 0 AND cost_fen >= 0",
            name=op.f("ck_income_statement_amounts"),
        ),
        sa.ForeignKeyConstraint(
            ["household_code"], ["household.code"], name=op.f("fk_income_statement_household_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_income_statement")),
    )
    op.create_index(
        op.f("ix_income_statement_household_code"), "income_statement", ["household_code"]
    )
    op.create_index(op.f("ix_income_statement_occurred_on"), "income_statement", ["occurred_on"])
    op.create_index(
        op.f("ix_income_statement_voids_event_id"),
        "income_statement",
        ["voids_event_id"],
        unique=True,
    )
    op.create_table(
        "ledger_entry",
        sa.Column("household_code", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("official_id", sa.String(), nullable=True),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("voids_event_id", sa.String(), nullable=True),
        sa.CheckConstraint("quarter BETWEEN 1 AND 4", name=op.f("ck_ledger_entry_quarter")),
        sa.ForeignKeyConstraint(
            ["household_code"], ["household.code"], name=op.f("fk_ledger_entry_household_code")
        ),
        sa.ForeignKeyConstraint(
            ["official_id"], ["official.id"], name=op.f("fk_ledger_entry_official_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    op.create_index(op.f("ix_ledger_entry_household_code"), "ledger_entry", ["household_code"])
    op.create_index(op.f("ix_ledger_entry_occurred_on"), "ledger_entry", ["occurred_on"])
    op.create_index(
        op.f("ix_ledger_entry_voids_event_id"), "ledger_entry", ["voids_event_id"], unique=True
    )
    op.create_table(
        "lookback_item",
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("household_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["lookback_campaign.id"], name=op.f("fk_lookback_item_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["household_code"], ["household.code"], name=op.f("fk_lookback_item_household_code")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "household_code", name=op.f("pk_lookback_item")),
    )
    op.create_table(
        "lookback_outcome",
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("household_code", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("voids_event_id", sa.String(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('verified', 'corrected', 'removed')",
            name=op.f("ck_lookback_outcome_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["lookback_campaign.id"], name=op.f("fk_lookback_outcome_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["household_code"], ["household.code"], name=op.f("fk_lookback_outcome_household_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookback_outcome")),
    )
    op.create_index(op.f("ix_lookback_outcome_campaign_id"), "lookback_outcome", ["campaign_id"])
    op.create_index(
        op.f("ix_lookback_outcome_household_code"), "lookback_outcome", ["household_code"]
    )
    op.create_index(op.f("ix_lookback_outcome_occurred_on"), "lookback_outcome", ["occurred_on"])
    op.create_index(
        op.f("ix_lookback_outcome_voids_event_id"),
        "lookback_outcome",
        ["voids_event_id"],
        unique=True,
    )
    op.create_table(
        "medical_bill",
        sa.Column("household_code", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("basic_fen", sa.BigInteger(), nullable=False),
        sa.Column("critical_fen", sa.BigInteger(), nullable=False),
        sa.Column("assistance_fen", sa.BigInteger(), nullable=False),
        sa.Column("fund_fen", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("voids_event_id", sa.String(), nullable=True),
        sa.CheckConstraint(
            "basic_fen >= 0 AND critical_fen >= 0 AND assistance_fen >= 0 AND fund_fen >= 0 AND basic_fen + critical_fen + assistance_fen + fund_fen <= total_fen",
            name=op.f("ck_medical_bill_layers"),
        ),
        sa.ForeignKeyConstraint(
            ["household_code"], ["household.code"], name=op.f("fk_medical_bill_household_code")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_medical_bill_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medical_bill")),
    )
    op.create_index(op.f("ix_medical_bill_household_code"), "medical_bill", ["household_code"])
    op.create_index(op.f("ix_medical_bill_member_id"), "medical_bill", ["member_id"])
    op.create_index(op.f("ix_medical_bill_occurred_on"), "medical_bill", ["occurred_on"])
    op.create_index(
        op.f("ix_medical_bill_voids_event_id"), "medical_bill", ["voids_event_id"], unique=True
    )
    op.create_table(
        "payment",
        sa.Column("household_code", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("rule_code", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("voids_event_id", sa.String(), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payment_amount")),
        sa.ForeignKeyConstraint(
            ["household_code"], ["household.code"], name=op.f("fk_payment_household_code")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_payment_member_id")),
        sa.ForeignKeyConstraint(
            ["rule_code"], ["subsidy_rule.code"], name=op.f("fk_payment_rule_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    op.create_index(op.f("ix_payment_household_code"), "payment", ["household_code"])
    op.create_index(op.f("ix_payment_member_id"), "payment", ["member_id"])
    op.create_index(op.f("ix_payment_occurred_on"), "payment", ["occurred_on"])
    op.create_index(op.f("ix_payment_voids_event_id"), "payment", ["voids_event_id"], unique=True)
    op.create_table(
        "plan",
        sa.Column("plan_year", sa.Integer(), nullable=False),
        sa.Column("planned_by", sa.String(), nullable=False),
        sa.Column("household_code", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("superseded_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_code"], ["household.code"], name=op.f("fk_plan_household_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    op.create_index(op.f("ix_plan_household_code"), "plan", ["household_code"])
    op.create_table(
        "register_close_row",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("household_code", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_code"],
            ["household.code"],
            name=op.f("fk_register_close_row_household_code"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_register_close_row_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["year"], ["register_close.year"], name=op.f("fk_register_close_row_year")
        ),
        sa.PrimaryKeyConstraint("year", "member_id", name=op.f("pk_register_close_row")),
    )
    op.create_index(
        op.f("ix_register_close_row_village_code"), "register_close_row", ["village_code"]
    )
    op.create_table(
        "service_event",
        sa.Column("household_code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("official_id", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("voids_event_id", sa.String(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('visit', 'home_work', 'bank_visit', 'enterprise_pairing', 'technician')",
            name=op.f("ck_service_event_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["household_code"], ["household.code"], name=op.f("fk_service_event_household_code")
        ),
        sa.ForeignKeyConstraint(
            ["official_id"], ["official.id"], name=op.f("fk_service_event_official_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_event")),
    )
    op.create_index(op.f("ix_service_event_household_code"), "service_event", ["household_code"])
    op.create_index(op.f("ix_service_event_occurred_on"), "service_event", ["occurred_on"])
    op.create_index(
        op.f("ix_service_event_voids_event_id"), "service_event", ["voids_event_id"], unique=True
    )
    op.create_table(
        "survey",
        sa.Column("household_code", sa.String(), nullable=False),
        sa.Column("block", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("voids_event_id", sa.String(), nullable=True),
        sa.CheckConstraint(
            "block IN ('situation', 'causes', 'needs')", name=op.f("ck_survey_block")
        ),
        sa.CheckConstraint("state IN ('filled', 'not_applicable')", name=op.f("ck_survey_state")),
        sa.ForeignKeyConstraint(
            ["household_code"], ["household.code"], name=op.f("fk_survey_household_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
    )
    op.create_index(op.f("ix_survey_household_code"), "survey", ["household_code"])
    op.create_index(op.f("ix_survey_occurred_on"), "survey", ["occurred_on"])
    op.create_index(op.f("ix_survey_voids_event_id"), "survey", ["voids_event_id"], unique=True)
    op.create_table(
        "alert_closing",
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("voids_event_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_closing_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_closing")),
    )
    op.create_index(op.f("ix_alert_closing_alert_id"), "alert_closing", ["alert_id"])
    op.create_index(op.f("ix_alert_closing_occurred_on"), "alert_closing", ["occurred_on"])
    op.create_index(
        op.f("ix_alert_closing_voids_event_id"), "alert_closing", ["voids_event_id"], unique=True
    )
    op.create_table(
        "exit_step",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("notice_until", sa.Date(), nullable=True),
        sa.Column("is_dated", sa.Boolean(), nullable=False),
        sa.Column("is_sealed", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("voids_event_id", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(step = 6) = (notice_until IS NOT NULL)", name=op.f("ck_exit_step_notice")
        ),
        sa.CheckConstraint("step BETWEEN 1 AND 9", name=op.f("ck_exit_step_step")),
        sa.ForeignKeyConstraint(["case_id"], ["exit_case.id"], name=op.f("fk_exit_step_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exit_step")),
    )
    op.create_index(op.f("ix_exit_step_case_id"), "exit_step", ["case_id"])
    op.create_index(op.f("ix_exit_step_occurred_on"), "exit_step", ["occurred_on"])
    op.create_index(
        op.f("ix_exit_step_voids_event_id"), "exit_step", ["voids_event_id"], unique=True
    )
    op.create_table(
        "plan_indicator",
        sa.Column("plan_id", sa.String(), nullable=False),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("baseline", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "indicator IN ('income', 'housing', 'schooling', 'illness', 'medical_insurance', 'pension')",
            name=op.f("ck_plan_indicator_indicator"),
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_indicator_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", "indicator", name=op.f("pk_plan_indicator")),
    )
    op.create_table(
        "signature",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("official_id", sa.String(), nullable=False),
        sa.Column("post_id", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("voids_event_id", sa.String(), nullable=True),
        sa.CheckConstraint(
            "level IN ('village', 'town', 'district', 'city')", name=op.f("ck_signature_level")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["exit_case.id"], name=op.f("fk_signature_case_id")),
        sa.ForeignKeyConstraint(
            ["official_id"], ["official.id"], name=op.f("fk_signature_official_id")
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_signature_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
    )
    op.create_index(op.f("ix_signature_case_id"), "signature", ["case_id"])
    op.create_index(op.f("ix_signature_occurred_on"), "signature", ["occurred_on"])
    op.create_index(op.f("ix_signature_official_id"), "signature", ["official_id"])
    op.create_index(
        op.f("ix_signature_voids_event_id"), "signature", ["voids_event_id"], unique=True
    )
    op.add_column("register_event", sa.Column("detected_on", sa.Date(), nullable=True))
    op.add_column("register_event", sa.Column("evidence", sa.String(), nullable=True))
    op.add_column("register_event", sa.Column("act_id", sa.String(), nullable=True))
    op.add_column("register_event", sa.Column("case_id", sa.String(), nullable=True))
    op.create_index(op.f("ix_register_event_act_id"), "register_event", ["act_id"])
    op.create_index(op.f("ix_register_event_case_id"), "register_event", ["case_id"])
    if op.get_bind().dialect.name == "sqlite":
        _create_triggers()


def downgrade() -> None:
    """Drop the tables."""
    op.execute("DROP TRIGGER register_event_exit_is_approved")
    _keep_longer(_KEPT_BEFORE)
    op.drop_index(op.f("ix_register_event_case_id"), table_name="register_event")
    op.drop_index(op.f("ix_register_event_act_id"), table_name="register_event")
    op.drop_column("register_event", "case_id")
    op.drop_column("register_event", "act_id")
    op.drop_column("register_event", "evidence")
    op.drop_column("register_event", "detected_on")
    op.drop_table("signature")
    op.drop_table("plan_indicator")
    op.drop_table("exit_step")
    op.drop_table("alert_closing")
    op.drop_table("survey")
    op.drop_table("service_event")
    op.drop_table("register_close_row")
    op.drop_table("plan")
    op.drop_table("payment")
    op.drop_table("medical_bill")
    op.drop_table("lookback_outcome")
    op.drop_table("lookback_item")
    op.drop_table("ledger_entry")
    op.drop_table("income_statement")
    op.drop_table("exit_case")
    op.drop_table("enrolment")
    op.drop_table("alert")
    op.drop_table("reconciliation")
    op.drop_table("gap_task")
    op.drop_table("subsidy_rule")
    op.drop_table("rule_parameter")
    op.drop_table("register_close")
    op.drop_table("lookback_campaign")
    op.drop_table("exit_batch")

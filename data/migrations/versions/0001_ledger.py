"""The first tables of the ledger, and the triggers that keep it append-only."""

import sqlalchemy as sa
from alembic import op

from data import columns

revision = "0001"
down_revision = None
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
TRIGGERS = (
    """
    CREATE TRIGGER register_event_is_append_only_update BEFORE UPDATE ON register_event
    BEGIN SELECT RAISE(ABORT, 'register_event is append-only'); END
    """,
    """
    CREATE TRIGGER register_event_is_append_only_delete BEFORE DELETE ON register_event
    BEGIN SELECT RAISE(ABORT, 'register_event is append-only'); END
    """,
    """
    CREATE TRIGGER register_event_void_is_sound BEFORE INSERT ON register_event
    WHEN NEW.voids_event_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM register_event AS e
        WHERE e.id = NEW.voids_event_id AND e.member_id = NEW.member_id AND e.kind <> 'voided'
          AND e.recorded_at <= NEW.recorded_at
    )
    BEGIN SELECT RAISE(ABORT, 'a voiding event names an earlier event of the same member'); END
    """,
)


def _versioned_triggers(table: str, columns_of_fact: list[str]) -> tuple[str, str]:
    changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns_of_fact)
    return (
        f"""
        CREATE TRIGGER {table}_is_superseded_once BEFORE UPDATE ON {table}
        WHEN OLD.superseded_at IS NOT NULL OR NEW.superseded_at IS NULL OR {changed}
        BEGIN SELECT RAISE(ABORT, '{table} may only be superseded, once'); END
        """,
        f"""
        CREATE TRIGGER {table}_is_never_deleted BEFORE DELETE ON {table}
        BEGIN SELECT RAISE(ABORT, '{table} keeps its versions'); END
        """,
    )


def _create_triggers() -> None:
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        msg = "the ledger's triggers exist for SQLite only"
        raise NotImplementedError(msg)
    inspector = sa.inspect(bind)
    for statement in TRIGGERS:
        op.execute(statement)
    for table in VERSIONED:
        facts = [c["name"] for c in inspector.get_columns(table) if c["name"] != "superseded_at"]
        for statement in _versioned_triggers(table, facts):
            op.execute(statement)


def upgrade() -> None:
    op.create_table(
        "cause_kind",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("external_code", sa.String(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_cause_kind")),
    )
    op.create_table(
        "data_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", columns.Instant(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_data_version_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_version")),
    )
    op.create_table(
        "dataset",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_dataset")),
    )
    op.create_table(
        "division_crosswalk",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("old_code", sa.String(length=12), nullable=False),
        sa.Column("new_code", sa.String(length=12), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division_crosswalk")),
    )
    op.create_table(
        "member",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("sex", sa.String(), nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("education", sa.String(), nullable=False),
        sa.Column("schooling", sa.String(), nullable=False),
        sa.Column("health", sa.String(), nullable=False),
        sa.Column("labour", sa.String(), nullable=False),
        sa.Column("months_away", sa.Integer(), nullable=False),
        sa.Column("has_skill", sa.Boolean(), nullable=False),
        sa.Column("medical_insurance", sa.Boolean(), nullable=False),
        sa.Column("pension_insurance", sa.Boolean(), nullable=False),
        sa.Column("is_boarding", sa.Boolean(), nullable=False),
        sa.Column("is_tekun", sa.Boolean(), nullable=False),
        sa.Column("is_orphan", sa.Boolean(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
    )
    op.create_table(
        "official",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.CheckConstraint(
            "role IN ('leader', 'cadre', 'principal')", name=op.f("ck_official_role")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_official")),
        sa.UniqueConstraint("code", name=op.f("uq_official_code")),
    )
    op.create_table(
        "org",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_org")),
    )
    op.create_index(op.f("ix_org_division_code"), "org", ["division_code"], unique=False)
    op.create_table(
        "source",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("dated", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
    )
    op.create_table(
        "claim",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("value", sa.Numeric(precision=12, scale=3, asdecimal=False), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("as_of_text", sa.String(), nullable=False),
        sa.Column("scope_code", sa.String(), nullable=False),
        sa.Column("definition_zh", sa.String(), nullable=False),
        sa.Column("definition_en", sa.String(), nullable=False),
        sa.Column("computed_by", sa.String(), nullable=True),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("locator", sa.String(), nullable=True),
        sa.Column("note_zh", sa.String(), nullable=True),
        sa.Column("note_en", sa.String(), nullable=True),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("superseded_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_claim_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    op.create_table(
        "district_responsible",
        sa.Column("district_code", sa.String(length=12), nullable=False),
        sa.Column("official_id", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("superseded_at", columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "office IN ('secretary', 'governor')", name=op.f("ck_district_responsible_office")
        ),
        sa.ForeignKeyConstraint(
            ["official_id"], ["official.id"], name=op.f("fk_district_responsible_official_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_district_responsible")),
    )
    op.create_index(
        op.f("ix_district_responsible_district_code"),
        "district_responsible",
        ["district_code"],
        unique=False,
    )
    op.create_index(
        op.f("ix_district_responsible_official_id"),
        "district_responsible",
        ["official_id"],
        unique=False,
    )
    op.create_table(
        "division",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_mn", sa.String(), nullable=True),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("parent_code", sa.String(length=12), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("position_evidence", sa.String(), nullable=True),
        sa.Column("position_note", sa.String(), nullable=True),
        sa.Column("datum", sa.String(), nullable=False),
        sa.Column("geometry", columns.Geometry(), nullable=True),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("superseded_at", columns.Instant(), nullable=True),
        sa.CheckConstraint("(lon IS NULL) = (lat IS NULL)", name=op.f("ck_division_whole_point")),
        sa.CheckConstraint("length(code) = 12", name=op.f("ck_division_code_length")),
        sa.CheckConstraint(
            "lon IS NULL OR accuracy_m > 0", name=op.f("ck_division_point_has_accuracy")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_division_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division")),
    )
    op.create_index(op.f("ix_division_code"), "division", ["code"], unique=False)
    op.create_index(op.f("ix_division_parent_code"), "division", ["parent_code"], unique=False)
    op.create_table(
        "enterprise",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_enterprise_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
    )
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
    op.create_table(
        "landmark",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("geometry", columns.Geometry(), nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=False),
        sa.Column("open_from", sa.Date(), nullable=True),
        sa.Column("open_until", sa.Date(), nullable=True),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_landmark_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_landmark")),
    )
    op.create_table(
        "measure_vocabulary",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("several_per_household", sa.Boolean(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_measure_vocabulary_source_id")
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_measure_vocabulary")),
    )
    op.create_table(
        "post",
        sa.Column("official_id", sa.String(), nullable=False),
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("is_principal", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("superseded_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["official_id"], ["official.id"], name=op.f("fk_post_official_id")),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_post_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    op.create_index(op.f("ix_post_official_id"), "post", ["official_id"], unique=False)
    op.create_index(op.f("ix_post_org_id"), "post", ["org_id"], unique=False)
    op.create_table(
        "register_event",
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("voids_event_id", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'voided') = (voids_event_id IS NOT NULL)",
            name=op.f("ck_register_event_void_names_event"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_register_event_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_event")),
    )
    op.create_index(
        op.f("ix_register_event_member_id"), "register_event", ["member_id"], unique=False
    )
    op.create_index(
        op.f("ix_register_event_occurred_on"), "register_event", ["occurred_on"], unique=False
    )
    op.create_index(
        op.f("ix_register_event_voids_event_id"), "register_event", ["voids_event_id"], unique=True
    )
    op.create_table(
        "team_member",
        sa.Column("team_code", sa.String(), nullable=False),
        sa.Column("official_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("superseded_at", columns.Instant(), nullable=True),
        sa.CheckConstraint("role IN ('head', 'member')", name=op.f("ck_team_member_role")),
        sa.ForeignKeyConstraint(
            ["official_id"], ["official.id"], name=op.f("fk_team_member_official_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_member")),
    )
    op.create_index(
        op.f("ix_team_member_official_id"), "team_member", ["official_id"], unique=False
    )
    op.create_index(op.f("ix_team_member_team_code"), "team_member", ["team_code"], unique=False)
    op.create_table(
        "village",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("list_state", sa.String(), nullable=False),
        sa.Column("clinic", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_village_source_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_village")),
    )
    op.create_table(
        "claim_link",
        sa.Column("claim_id", sa.String(), nullable=False),
        sa.Column("other_id", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_link_claim_id")),
        sa.ForeignKeyConstraint(["other_id"], ["claim.id"], name=op.f("fk_claim_link_other_id")),
        sa.PrimaryKeyConstraint("claim_id", "other_id", name=op.f("pk_claim_link")),
    )
    op.create_table(
        "household",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(length=12), nullable=False),
        sa.Column("household_type", sa.String(), nullable=False),
        sa.Column("standard", sa.String(), nullable=False),
        sa.Column("location_precision", sa.String(), nullable=False),
        sa.CheckConstraint(
            "location_precision IN ('none', 'village', 'point')",
            name=op.f("ck_household_location_precision"),
        ),
        sa.ForeignKeyConstraint(
            ["village_code"], ["village.code"], name=op.f("fk_household_village_code")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_household")),
    )
    op.create_index(op.f("ix_household_village_code"), "household", ["village_code"], unique=False)
    op.create_table(
        "leader_village_link",
        sa.Column("official_id", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(length=12), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("superseded_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["official_id"], ["official.id"], name=op.f("fk_leader_village_link_official_id")
        ),
        sa.ForeignKeyConstraint(
            ["village_code"], ["village.code"], name=op.f("fk_leader_village_link_village_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leader_village_link")),
    )
    op.create_index(
        op.f("ix_leader_village_link_official_id"),
        "leader_village_link",
        ["official_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_leader_village_link_village_code"),
        "leader_village_link",
        ["village_code"],
        unique=False,
    )
    op.create_table(
        "measure",
        sa.Column("vocabulary", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vocabulary"], ["measure_vocabulary.version"], name=op.f("fk_measure_vocabulary")
        ),
        sa.PrimaryKeyConstraint("vocabulary", "code", name=op.f("pk_measure")),
    )
    op.create_table(
        "measure_crosswalk",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("from_vocabulary", sa.String(), nullable=False),
        sa.Column("from_code", sa.String(), nullable=True),
        sa.Column("to_vocabulary", sa.String(), nullable=False),
        sa.Column("to_code", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('one_to_one', 'ambiguous', 'none')", name=op.f("ck_measure_crosswalk_kind")
        ),
        sa.ForeignKeyConstraint(
            ["from_vocabulary"],
            ["measure_vocabulary.version"],
            name=op.f("fk_measure_crosswalk_from_vocabulary"),
        ),
        sa.ForeignKeyConstraint(
            ["to_vocabulary"],
            ["measure_vocabulary.version"],
            name=op.f("fk_measure_crosswalk_to_vocabulary"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_crosswalk")),
    )
    op.create_table(
        "project",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("geometry", columns.Geometry(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("capacity", sa.Double(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("district_code", sa.String(length=12), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("park_id", sa.String(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('greenhouse', 'pv_park', 'vineyard', 'workshop', 'tourism')",
            name=op.f("ck_project_kind"),
        ),
        sa.CheckConstraint(
            "(capacity IS NULL) = (unit IS NULL)", name=op.f("ck_project_capacity_has_unit")
        ),
        sa.CheckConstraint("capacity IS NULL OR capacity >= 0", name=op.f("ck_project_capacity")),
        sa.ForeignKeyConstraint(["owner_id"], ["enterprise.id"], name=op.f("fk_project_owner_id")),
        sa.ForeignKeyConstraint(["park_id"], ["project.id"], name=op.f("fk_project_park_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_project_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
    )
    op.create_index(op.f("ix_project_district_code"), "project", ["district_code"], unique=False)
    op.create_table(
        "work_team",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(length=12), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("superseded_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["village_code"], ["village.code"], name=op.f("fk_work_team_village_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_team")),
    )
    op.create_index(op.f("ix_work_team_code"), "work_team", ["code"], unique=False)
    op.create_index(op.f("ix_work_team_village_code"), "work_team", ["village_code"], unique=False)
    op.create_table(
        "cause",
        sa.Column("household_code", sa.String(), nullable=False),
        sa.Column("cause_code", sa.String(), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("superseded_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cause_code"], ["cause_kind.code"], name=op.f("fk_cause_cause_code")
        ),
        sa.ForeignKeyConstraint(
            ["household_code"], ["household.code"], name=op.f("fk_cause_household_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cause")),
    )
    op.create_index(op.f("ix_cause_household_code"), "cause", ["household_code"], unique=False)
    op.create_table(
        "household_composition",
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("household_code", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("superseded_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_code"],
            ["household.code"],
            name=op.f("fk_household_composition_household_code"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_household_composition_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_composition")),
    )
    op.create_index(
        op.f("ix_household_composition_household_code"),
        "household_composition",
        ["household_code"],
        unique=False,
    )
    op.create_index(
        op.f("ix_household_composition_member_id"),
        "household_composition",
        ["member_id"],
        unique=False,
    )
    op.create_table(
        "measure_assignment",
        sa.Column("household_code", sa.String(), nullable=False),
        sa.Column("vocabulary", sa.String(), nullable=False),
        sa.Column("measure_code", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("superseded_at", columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "state IN ('planned', 'ongoing', 'done')", name=op.f("ck_measure_assignment_state")
        ),
        sa.CheckConstraint(
            "amount_fen IS NULL OR amount_fen >= 0", name=op.f("ck_measure_assignment_amount")
        ),
        sa.ForeignKeyConstraint(
            ["household_code"],
            ["household.code"],
            name=op.f("fk_measure_assignment_household_code"),
        ),
        sa.ForeignKeyConstraint(
            ["vocabulary", "measure_code"],
            ["measure.vocabulary", "measure.code"],
            name=op.f("fk_measure_assignment_vocabulary_measure_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_assignment")),
    )
    op.create_index(
        op.f("ix_measure_assignment_household_code"),
        "measure_assignment",
        ["household_code"],
        unique=False,
    )
    op.create_index(
        op.f("ix_measure_assignment_measure_code"),
        "measure_assignment",
        ["measure_code"],
        unique=False,
    )
    op.create_table(
        "pairing",
        sa.Column("official_id", sa.String(), nullable=False),
        sa.Column("household_code", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("superseded_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_code"], ["household.code"], name=op.f("fk_pairing_household_code")
        ),
        sa.ForeignKeyConstraint(
            ["official_id"], ["official.id"], name=op.f("fk_pairing_official_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing")),
    )
    op.create_index(op.f("ix_pairing_household_code"), "pairing", ["household_code"], unique=False)
    op.create_index(op.f("ix_pairing_official_id"), "pairing", ["official_id"], unique=False)
    op.create_table(
        "project_unit",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("handover_on", sa.Date(), nullable=False),
        sa.Column("handover_is_assumed", sa.Boolean(), nullable=False),
        sa.Column("rent_free_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_unit_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_unit")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_project_unit_project_id_number")),
    )
    op.create_index(
        op.f("ix_project_unit_project_id"), "project_unit", ["project_id"], unique=False
    )
    op.create_table(
        "project_beneficiary",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=True),
        sa.Column("household_code", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("superseded_at", columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "mode IN ('lease', 'employment', 'dividend', 'order')",
            name=op.f("ck_project_beneficiary_mode"),
        ),
        sa.ForeignKeyConstraint(
            ["household_code"],
            ["household.code"],
            name=op.f("fk_project_beneficiary_household_code"),
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_beneficiary_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["project_unit.id"], name=op.f("fk_project_beneficiary_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_beneficiary")),
    )
    op.create_index(
        op.f("ix_project_beneficiary_household_code"),
        "project_beneficiary",
        ["household_code"],
        unique=False,
    )
    op.create_index(
        op.f("ix_project_beneficiary_project_id"),
        "project_beneficiary",
        ["project_id"],
        unique=False,
    )
    _create_triggers()


def downgrade() -> None:
    op.drop_index(op.f("ix_project_beneficiary_project_id"), table_name="project_beneficiary")
    op.drop_index(op.f("ix_project_beneficiary_household_code"), table_name="project_beneficiary")
    op.drop_table("project_beneficiary")
    op.drop_index(op.f("ix_project_unit_project_id"), table_name="project_unit")
    op.drop_table("project_unit")
    op.drop_index(op.f("ix_pairing_official_id"), table_name="pairing")
    op.drop_index(op.f("ix_pairing_household_code"), table_name="pairing")
    op.drop_table("pairing")
    op.drop_index(op.f("ix_measure_assignment_measure_code"), table_name="measure_assignment")
    op.drop_index(op.f("ix_measure_assignment_household_code"), table_name="measure_assignment")
    op.drop_table("measure_assignment")
    op.drop_index(op.f("ix_household_composition_member_id"), table_name="household_composition")
    op.drop_index(
        op.f("ix_household_composition_household_code"), table_name="household_composition"
    )
    op.drop_table("household_composition")
    op.drop_index(op.f("ix_cause_household_code"), table_name="cause")
    op.drop_table("cause")
    op.drop_index(op.f("ix_work_team_village_code"), table_name="work_team")
    op.drop_index(op.f("ix_work_team_code"), table_name="work_team")
    op.drop_table("work_team")
    op.drop_index(op.f("ix_project_district_code"), table_name="project")
    op.drop_table("project")
    op.drop_table("measure_crosswalk")
    op.drop_table("measure")
    op.drop_index(op.f("ix_leader_village_link_village_code"), table_name="leader_village_link")
    op.drop_index(op.f("ix_leader_village_link_official_id"), table_name="leader_village_link")
    op.drop_table("leader_village_link")
    op.drop_index(op.f("ix_household_village_code"), table_name="household")
    op.drop_table("household")
    op.drop_table("claim_link")
    op.drop_table("village")
    op.drop_index(op.f("ix_team_member_team_code"), table_name="team_member")
    op.drop_index(op.f("ix_team_member_official_id"), table_name="team_member")
    op.drop_table("team_member")
    op.drop_index(op.f("ix_register_event_voids_event_id"), table_name="register_event")
    op.drop_index(op.f("ix_register_event_occurred_on"), table_name="register_event")
    op.drop_index(op.f("ix_register_event_member_id"), table_name="register_event")
    op.drop_table("register_event")
    op.drop_index(op.f("ix_post_org_id"), table_name="post")
    op.drop_index(op.f("ix_post_official_id"), table_name="post")
    op.drop_table("post")
    op.drop_table("measure_vocabulary")
    op.drop_table("landmark")
    op.drop_table("identity_vault")
    op.drop_table("enterprise")
    op.drop_index(op.f("ix_division_parent_code"), table_name="division")
    op.drop_index(op.f("ix_division_code"), table_name="division")
    op.drop_table("division")
    op.drop_index(op.f("ix_district_responsible_official_id"), table_name="district_responsible")
    op.drop_index(op.f("ix_district_responsible_district_code"), table_name="district_responsible")
    op.drop_table("district_responsible")
    op.drop_table("claim")
    op.drop_table("source")
    op.drop_index(op.f("ix_org_division_code"), table_name="org")
    op.drop_table("org")
    op.drop_table("official")
    op.drop_table("member")
    op.drop_table("division_crosswalk")
    op.drop_table("dataset")
    op.drop_table("data_version")
    op.drop_table("cause_kind")

"""The tables of the ledger, by subject."""

from data.models.accounts import Account, AccountSession, SignInFailure
from data.models.audit import AuditEntry, AuditHead
from data.models.base import Base, Kind
from data.models.claims import Claim, ClaimLink
from data.models.closes import Reconciliation, RegisterClose, RegisterCloseRow
from data.models.control import Dataset, DataVersion
from data.models.entitlements import MedicalBill, Payment, SubsidyRule
from data.models.exits import ExitBatch, ExitCase, ExitStep, RuleParameter, Signature
from data.models.files import (
    Enrolment,
    IncomeStatement,
    LedgerEntry,
    Plan,
    PlanIndicator,
    ServiceEvent,
    Survey,
)
from data.models.full_views import FullView
from data.models.keys import SealedKey
from data.models.measures import (
    Measure,
    MeasureAssignment,
    MeasureCrosswalk,
    MeasureVocabulary,
)
from data.models.monitoring import (
    Alert,
    AlertClosing,
    GapTask,
    LookbackCampaign,
    LookbackItem,
    LookbackOutcome,
)
from data.models.people import Household, HouseholdComposition, IdentityVault, Member
from data.models.places import Division, DivisionCrosswalk, Landmark, Source, Village
from data.models.projects import Enterprise, Project, ProjectBeneficiary, ProjectUnit
from data.models.register import (
    STATUS_AFTER,
    Cause,
    CauseKind,
    EventKind,
    RegisterEvent,
    Status,
)
from data.models.responsibility import (
    DistrictResponsible,
    LeaderVillageLink,
    Official,
    Org,
    Pairing,
    Post,
    TeamMember,
    WorkTeam,
)

__all__ = [
    "STATUS_AFTER",
    "Account",
    "AccountSession",
    "Alert",
    "AlertClosing",
    "AuditEntry",
    "AuditHead",
    "Base",
    "Cause",
    "CauseKind",
    "Claim",
    "ClaimLink",
    "DataVersion",
    "Dataset",
    "DistrictResponsible",
    "Division",
    "DivisionCrosswalk",
    "Enrolment",
    "Enterprise",
    "EventKind",
    "ExitBatch",
    "ExitCase",
    "ExitStep",
    "FullView",
    "GapTask",
    "Household",
    "HouseholdComposition",
    "IdentityVault",
    "IncomeStatement",
    "Kind",
    "Landmark",
    "LeaderVillageLink",
    "LedgerEntry",
    "LookbackCampaign",
    "LookbackItem",
    "LookbackOutcome",
    "Measure",
    "MeasureAssignment",
    "MeasureCrosswalk",
    "MeasureVocabulary",
    "MedicalBill",
    "Member",
    "Official",
    "Org",
    "Pairing",
    "Payment",
    "Plan",
    "PlanIndicator",
    "Post",
    "Project",
    "ProjectBeneficiary",
    "ProjectUnit",
    "Reconciliation",
    "RegisterClose",
    "RegisterCloseRow",
    "RegisterEvent",
    "RuleParameter",
    "SealedKey",
    "ServiceEvent",
    "SignInFailure",
    "Signature",
    "Source",
    "Status",
    "SubsidyRule",
    "Survey",
    "TeamMember",
    "Village",
    "WorkTeam",
]

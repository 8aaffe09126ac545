"""The tables of the ledger, by subject."""

from data.models.accounts import Account, AccountSession, SignInFailure
from data.models.audit import AuditEntry, AuditHead
from data.models.base import Base, Kind
from data.models.claims import Claim, ClaimLink
from data.models.control import Dataset, DataVersion
from data.models.full_views import FullView
from data.models.keys import SealedKey
from data.models.measures import (
    Measure,
    MeasureAssignment,
    MeasureCrosswalk,
    MeasureVocabulary,
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
    "Enterprise",
    "EventKind",
    "FullView",
    "Household",
    "HouseholdComposition",
    "IdentityVault",
    "Kind",
    "Landmark",
    "LeaderVillageLink",
    "Measure",
    "MeasureAssignment",
    "MeasureCrosswalk",
    "MeasureVocabulary",
    "Member",
    "Official",
    "Org",
    "Pairing",
    "Post",
    "Project",
    "ProjectBeneficiary",
    "ProjectUnit",
    "RegisterEvent",
    "SealedKey",
    "SignInFailure",
    "Source",
    "Status",
    "TeamMember",
    "Village",
    "WorkTeam",
]

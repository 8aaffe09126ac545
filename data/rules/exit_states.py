"""Where an exit case stands: steps, signatures, what comes next, what an undo takes along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, TypeVar

from data.rules.exits import GENESIS, LEVELS, Step, StepDone, hash_content, hash_signature
from data.text import mark

T = TypeVar("T")

DUE_DAYS: Final = 7
"""Days after the end of the notice by which a signature is due; an assumption, shown as one."""

UNDO_REASONS: Final = {
    "wrong_entry": mark("登记内容有误"),
    "wrong_day": mark("日期有误"),
    "objection": mark("公示期间有异议"),
    "not_stable": mark("经核实未稳定达标"),
}
"""Why an entry of a case may be undone."""


@dataclass(frozen=True)
class StandingStep:
    """A step that stands, and its row."""

    id: str
    done: StepDone


@dataclass(frozen=True)
class StandingSignature:
    """A signature that stands, and its row."""

    id: str
    level: str
    official_id: str
    post_id: str
    signed_on: date
    content_hash: str
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class CaseState:
    """A case as it stands.

    Attributes
    ----------
    facts
        What `hash_content` needs of the case.
    steps, signatures
        Those that stand, in their order.
    is_begun
        Whether a step was ever entered, voided or not.
    """

    facts: Mapping[str, Any]
    steps: tuple[StandingStep, ...]
    signatures: tuple[StandingSignature, ...]
    is_begun: bool = False

    @property
    def next_step(self) -> Step | None:
        """The step to be done next; None when all nine stand."""
        done = len(self.steps)
        return Step(done + 1) if done < len(Step) else None

    @property
    def next_level(self) -> str | None:
        """Who signs next; None when all four have."""
        done = len(self.signatures)
        return LEVELS[done] if done < len(LEVELS) else None

    @property
    def is_withdrawn(self) -> bool:
        """Whether everything that was entered has been undone."""
        return self.is_begun and not self.steps

    @property
    def is_complete(self) -> bool:
        """Whether all nine steps stand."""
        return self.next_step is None

    @property
    def notice_until(self) -> date | None:
        """The first day on which the notice is over."""
        return next((s.done.notice_until for s in self.steps if s.done.notice_until), None)

    @property
    def due_on(self) -> date | None:
        """The day by which the next signature is due; None when none is wanted."""
        until = self.notice_until
        waits = until is not None and self.next_step is Step.APPROVED
        if until is None or not waits or self.next_level is None:
            return None
        return until + timedelta(days=DUE_DAYS)

    @property
    def content_hash(self) -> str:
        """The digest of what a signature given now would cover."""
        return hash_content(self.facts, [step.done for step in self.steps])

    @property
    def last_hash(self) -> str:
        """What the next signature names as the one before."""
        return self.signatures[-1].hash if self.signatures else GENESIS

    @property
    def last_day(self) -> date | None:
        """The first day that the next step may have: of what stands, be it step or signature."""
        if not self.steps:
            return None
        days = [self.steps[-1].done.done_on, *(one.signed_on for one in self.signatures)]
        if self.next_step is Step.APPROVED and self.notice_until:
            days.append(self.notice_until)
        return max(days)

    def day_of(self, step: Step) -> date | None:
        """Give the day on which a step was done; None when it does not stand."""
        return next((s.done.done_on for s in self.steps if s.done.step is step), None)

    def may_be_signed(self, today: date) -> bool:
        """Tell whether the notice is over and a signature missing."""
        until = self.notice_until
        return self.due_on is not None and until is not None and until <= today


def find_broken_levels(state: CaseState) -> list[str]:
    """List the levels whose signatures do not cover the case as it stands, or break the chain."""
    content, previous, broken = state.content_hash, GENESIS, []
    for level, signature in zip(LEVELS, state.signatures, strict=False):
        wanted = hash_signature(
            str(state.facts["id"]), signature.level, signature.official_id, signature.signed_on,
            content, previous,
        )  # fmt: skip
        if signature.level != level or signature.hash != wanted:
            broken.append(signature.level)
        previous = signature.hash
    return broken


@dataclass(frozen=True)
class Undo:
    """What an undo takes along, in the order in which it is voided.

    Attributes
    ----------
    late_steps, signatures, early_steps
        Steps after the signatures, the signatures, and the steps that they cover; each the last
        first.
    """

    late_steps: tuple[StandingStep, ...]
    signatures: tuple[StandingSignature, ...]
    early_steps: tuple[StandingStep, ...]

    @property
    def steps(self) -> tuple[StandingStep, ...]:
        """All steps that are undone, the last first."""
        return self.late_steps + self.early_steps

    @property
    def rows(self) -> int:
        """How many entries are undone."""
        return len(self.steps) + len(self.signatures)


def plan_undo(state: CaseState, target: Step | str) -> Undo:
    """Say what falls with an entry: all that stands on it.

    Parameters
    ----------
    target
        A step, or the level of a signature.

    Returns
    -------
    Undo
        Empty when the entry does not stand.
    """
    after_signing = [s for s in state.steps if s.done.step >= Step.APPROVED]
    signed = list(state.signatures)
    if isinstance(target, Step):
        late = [s for s in after_signing if s.done.step >= target]
        early = [s for s in state.steps if target <= s.done.step <= Step.NOTICED]
        fallen = signed if early else []
    else:
        fallen = [s for s in signed if LEVELS.index(s.level) >= LEVELS.index(target)]
        late, early = (after_signing if fallen else []), []
    return Undo(_backwards(late), _backwards(fallen), _backwards(early))


def _backwards(entries: Sequence[T]) -> tuple[T, ...]:
    return tuple(reversed(entries))

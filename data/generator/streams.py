"""Random streams: one for each division, so that any of them can be made alone.

A stream depends on the seed and a key only; no clock, no set order, no shared state.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone
from typing import Final, TypeVar

import numpy as np
from ulid import ULID

CHINA: Final = timezone(timedelta(hours=8))
_OFFICE_OPENS_MINUTE: Final = 9 * 60
_OFFICE_MINUTES: Final = 8 * 60
_SATURDAY: Final = 5

T = TypeVar("T")


class Stream:
    """Draws for one division."""

    def __init__(self, seed: int, key: str) -> None:
        digest = hashlib.sha256(f"{seed}|{key}".encode()).digest()
        self.rng = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))

    def chance(self, probability: float) -> bool:
        """Say yes with a probability."""
        return bool(self.rng.random() < probability)

    def between(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return int(self.rng.integers(low, high + 1))

    def pick(self, weights: Mapping[T, float]) -> T:
        """Draw one key in proportion to its weight."""
        keys = list(weights)
        shares = np.fromiter(weights.values(), dtype=float, count=len(keys))
        position = np.searchsorted(np.cumsum(shares), self.rng.random() * shares.sum(), "right")
        return keys[int(position)]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Give the items in a drawn order."""
        return [items[int(i)] for i in self.rng.permutation(len(items))]

    def day(self, first: date, last: date) -> date:
        """Draw a day, both ends included."""
        return first + timedelta(days=self.between(0, (last - first).days))

    def recorded(self, occurred_on: date, *, within_days: int = 9) -> datetime:
        """Draw the office hour, some days after a fact, at which a clerk entered it."""
        day = occurred_on + timedelta(days=self.between(1, within_days))
        while day.weekday() >= _SATURDAY:
            day += timedelta(days=1)
        minute = _OFFICE_OPENS_MINUTE + self.between(0, _OFFICE_MINUTES)
        return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=CHINA)

    def id(self, recorded_at: datetime) -> str:
        """Make an identifier of the ULID form from an instant and drawn bits."""
        head = int(recorded_at.timestamp() * 1000).to_bytes(6, "big")
        return str(ULID.from_bytes(head + self.rng.bytes(10)))

    def pseudonym(self) -> str:
        """Make a household code: a letter and twelve drawn characters without likeness."""
        letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        return "H" + "".join(letters[int(i)] for i in self.rng.integers(0, 32, 12))


def largest_remainder(weights: Sequence[float], total: int, *, floor: int = 0) -> list[int]:
    """Share a whole total in proportion to weights (Hamilton's method).

    Parameters
    ----------
    weights
        Not negative; at least one positive when `total` exceeds the floors.
    total
        The whole number to share, at least ``floor * len(weights)``.
    floor
        What each share gets before the rest is divided.
    """
    rest = total - floor * len(weights)
    if rest < 0:
        msg = f"{total} cannot give {len(weights)} shares of at least {floor}"
        raise ValueError(msg)
    scale = sum(weights)
    exact = [w * rest / scale if scale else 0.0 for w in weights]
    shares = [int(x) for x in exact]
    order = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for i in order[: rest - sum(shares)]:
        shares[i] += 1
    return [floor + share for share in shares]

"""Limits: how much one visitor may ask for, counted in memory with tokens that come back."""

import math
import time
from dataclasses import dataclass
from typing import Final

from cachetools import LRUCache

_REMEMBERED: Final = 20_000
"""Visitors that are counted at once; the one who asked longest ago is forgotten first."""


@dataclass(frozen=True)
class Allowance:
    """What a visitor may ask for.

    Attributes
    ----------
    at_once
        Requests in one go, after a rest.
    per_s
        Requests a second in the long run.
    """

    at_once: float
    per_s: float


REQUESTS_OF_A_SESSION: Final = Allowance(at_once=600, per_s=40)
"""Opening a page takes some eighty files; a person opens no page a second for long."""

REQUESTS_OF_AN_ADDRESS: Final = Allowance(at_once=600, per_s=40)
"""Strangers share an address behind an office's router: fifty sign-in pages before a meeting."""

MESSAGES: Final = Allowance(at_once=120, per_s=20)
"""Messages of one websocket: dragging the time slider sends some ten a second."""


class Buckets:
    """One bucket of tokens a visitor.

    Parameters
    ----------
    allowance
        What everybody may ask for.
    """

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self._left: LRUCache[str, tuple[float, float]] = LRUCache(_REMEMBERED)

    def take(self, who: str, *, now: float | None = None) -> float:
        """Take a token of `who`.

        Parameters
        ----------
        who
            The visitor's key.
        now
            Seconds of a clock that never goes back; the machine's own by default.

        Returns
        -------
        float
            0 where there was a token; else the seconds until there is one, none being taken.
        """
        now = time.monotonic() if now is None else now
        left, at = self._left.get(who, (self.allowance.at_once, now))
        left = min(self.allowance.at_once, left + (now - at) * self.allowance.per_s)
        if left < 1:
            self._left[who] = (left, now)
            return (1 - left) / self.allowance.per_s
        self._left[who] = (left - 1, now)
        return 0.0


def retry_after(wait_s: float) -> str:
    """Write a waiting time as the header wants it: whole seconds, at least one."""
    return str(max(1, math.ceil(wait_s)))

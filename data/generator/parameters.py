"""What the demonstration assumes; the figures of Wuhai's profile are the published ones."""

from dataclasses import dataclass
from datetime import date
from typing import Final

GENERATOR_VERSION: Final = 2

OPENING: Final = date(2016, 1, 1)
YEAR_END: Final = date(2016, 12, 31)
FIRST_IDENTIFIED: Final = date(2014, 4, 1)
LAST_IDENTIFIED: Final = date(2015, 12, 18)
PAIRED_FROM: Final = (date(2015, 11, 2), date(2015, 12, 11))
CORRECTED_FROM: Final = date(2017, 2, 13)
LARGEST_HOUSEHOLD: Final = 6

EXIT_WEIGHT_BY_MONTH: Final = {
    1: 2.0, 2: 2.0, 3: 5.0, 4: 6.0, 5: 7.0, 6: 8.0,
    7: 8.0, 8: 9.0, 9: 10.0, 10: 12.0, 11: 13.0, 12: 18.0,
}  # fmt: skip
"""Exits come more towards the year's end, as campaigns do (assumption)."""

SIZE_WEIGHTS: Final = {1: 0.34, 2: 0.34, 3: 0.17, 4: 0.1, 5: 0.035, 6: 0.015}

CAUSE_WEIGHTS: Final = {
    "illness": 30.0, "disability": 13.0, "schooling": 9.0, "disaster": 2.0, "no_land": 4.0,
    "no_water": 2.0, "no_skill": 10.0, "no_labour": 14.0, "no_capital": 9.0, "transport": 2.0,
    "motivation": 4.0, "other": 1.0,
}  # fmt: skip

MEASURES_BY_CAUSE: Final = {
    "illness": {"health": 1.0},
    "disability": {"health": 0.5, "social": 0.5},
    "schooling": {"education": 1.0},
    "no_skill": {"employment": 0.6, "industry": 0.4},
    "no_labour": {"social": 1.0},
    "no_capital": {"industry": 1.0},
}
"""The measure that each main cause asks for; the other causes take industry or jobs."""

OTHER_CAUSES_TAKE: Final = {"industry": 0.6, "employment": 0.4}

NEEDS_ABLE: Final = frozenset({"industry", "employment"})
"""Measures that somebody able to work must take up."""

TYPE_WEIGHTS: Final = {
    False: {"ordinary": 0.5, "dibao_poor": 0.24, "dibao": 0.08, "wubao": 0.18},
    True: {"ordinary": 0.68, "dibao_poor": 0.24, "dibao": 0.08},
}
"""Kinds of household, for those of one person and for larger ones: only the former are 五保."""

DISTRICT_SHARES: Final = {"150302": 0.31, "150303": 0.58, "150304": 0.11}
"""Shares of Wuhai's exited households by district: an assumption, no source gives them."""


@dataclass(frozen=True)
class Parameters:
    """The totals that a generated register must meet exactly.

    `remaining_in` holds the district prefixes in which somebody is still on the register at the
    end of the year; empty means anywhere. `has_files` adds the households' files, the exit
    files with their signatures, and the principals who signed.
    """

    profile: str
    seed: int
    remaining_households: int
    remaining_persons: int
    exited_households: int
    exited_persons: int
    leaders: int
    cadres: int
    remaining_in: tuple[str, ...] = ()
    smallest_unit: int = 6
    corrections: int = 4
    has_files: bool = False

    @property
    def households(self) -> int:
        """All households registered at the opening."""
        return self.remaining_households + self.exited_households

    @property
    def persons(self) -> int:
        """All persons registered at the opening."""
        return self.remaining_persons + self.exited_persons


def wuhai(seed: int) -> Parameters:
    """Give the profile that reconciles with Wuhai's published figures, for every seed."""
    return Parameters(
        profile="wuhai",
        seed=seed,
        remaining_households=37,
        remaining_persons=91,
        exited_households=660,
        exited_persons=1424,
        leaders=37,
        cadres=1521,
        remaining_in=("150303",),
        has_files=True,
    )


def generic(seed: int, *, divisions: int, households: int) -> Parameters:
    """Give a profile of any size with the proportions of the demonstration, and no claims."""
    remaining = round(households * 0.053)
    return Parameters(
        profile="generic",
        seed=seed,
        remaining_households=remaining,
        remaining_persons=round(remaining * 2.46),
        exited_households=households - remaining,
        exited_persons=round((households - remaining) * 2.16),
        leaders=max(1, round(divisions * 1.95)),
        cadres=max(divisions, round(households * 1.1)),
        smallest_unit=max(1, min(6, households // max(1, divisions) // 3)),
    )

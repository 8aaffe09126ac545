"""Class breaks, colours and legend: the map's honesty.

A number becomes one character, the same in every drawer: a class `0` to `4`, or one of the
states that are *not* classes and must never look alike: true zero `z`, no data `n`, suppressed
`s`; beside them withheld `w`, hidden to protect a suppressed neighbour, and not applicable `a`,
a share of nobody. Breaks are stated and fixed over the whole period: when the date moves, a
colour keeps its meaning.

In arrays, no data is NaN; the other states are the negative numbers of `STATES`.
"""

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

SUPPRESSED: Final = -1.0  # rests on one to four households
WITHHELD: Final = -2.0  # hidden for the sake of such a cell; nothing is said of its size
NOT_APPLICABLE: Final = -3.0  # a share of nobody: there is no household it could be of
STATES: Final = (SUPPRESSED, WITHHELD, NOT_APPLICABLE)
CLASSES: Final = 5
ZERO, NO_DATA, HIDDEN, KEPT_BACK, EMPTY = "z", "n", "s", "w", "a"
CLASS_CODES: Final = "01234" + ZERO + NO_DATA + HIDDEN + KEPT_BACK + EMPTY

PERCENT_BREAKS: Final = (20.0, 40.0, 60.0, 80.0)
COVERAGE_BREAKS: Final = (50.0, 80.0, 95.0, 99.0)  # near the target, where differences matter
RATIO_BREAKS: Final = (0.1, 0.2, 0.5, 1.0)  # project places per household: 1 is one for each

# The lowest class ends at 4: fewer than 5 households, none, and a suppressed number look alike.
SIZE_BREAKS: Final = (4.0, 20.0, 50.0, 100.0, 200.0)
SIZE_RADII_PX: Final = (5, 7, 9, 11, 14, 17)

_STEPS: Final = (1, 2, 5)


def nice_breaks(maximum: float, *, classes: int = CLASSES) -> tuple[int, ...]:
    """Choose class breaks for counts from the series 1, 2, 5, 10, 20, 50 and on.

    The last break is the greatest number of the series below `maximum`, so that the open last
    class is used, and the others go down from there. Give the maximum of the *whole period*.

    Parameters
    ----------
    maximum
        Greatest count that will ever be shown, finite.
    classes
        Number of classes, 2 to 5.

    Returns
    -------
    breaks
        `classes - 1` increasing upper limits; a class holds its upper limit.
    """
    if not math.isfinite(maximum):
        message = f"not a count: {maximum}"
        raise ValueError(message)
    series = [1]
    while len(series) < classes - 1 or _following(series) < maximum:
        series.append(_following(series))
    return tuple(series[-(classes - 1) :])


def classify(values: ArrayLike, breaks: Sequence[float]) -> NDArray[np.str_]:
    """Give every value its one class character.

    Parameters
    ----------
    values
        Numbers ≥ 0 of any shape; NaN or None is no data, `STATES` are the other states.
    breaks
        One to four increasing upper limits above 0; a value equal to a limit
        belongs to the class below it.

    Returns
    -------
    classes
        Characters of `CLASS_CODES`, in the shape of `values`.
    """
    numbers = _numbers(values)
    limits = np.asarray(breaks, dtype=np.float64)
    if not 0 < len(limits) < CLASSES or not (np.diff(limits, prepend=0.0) > 0).all():
        message = f"breaks must be one to four, increasing from above 0: {breaks}"
        raise ValueError(message)
    classes = np.asarray(np.searchsorted(limits, numbers, side="left"), dtype="U1")
    classes[numbers == 0] = ZERO
    classes[numbers == SUPPRESSED] = HIDDEN
    classes[numbers == WITHHELD] = KEPT_BACK
    classes[numbers == NOT_APPLICABLE] = EMPTY
    classes[np.isnan(numbers)] = NO_DATA
    return classes


def size_classes(values: ArrayLike, breaks: Sequence[float] = SIZE_BREAKS) -> NDArray[np.str_]:
    """Give every number of households its radius class `0` to `5`, or `n` where unknown.

    Suppressed counts fall into the lowest class together with 0 to 4, so size tells nothing.
    """
    numbers = _numbers(values)
    sizes = np.asarray(np.searchsorted(breaks, numbers, side="left"), dtype="U1")
    sizes[np.isnan(numbers)] = NO_DATA
    return sizes


def size_labels(breaks: Sequence[float] = SIZE_BREAKS) -> tuple[str, ...]:
    """Label the radius classes: `<5`, `5–20`, …, `>200`; the lowest includes none."""
    limits = [int(limit) for limit in breaks]
    return (f"<{limits[0] + 1}", *count_labels(limits)[1:])


def join_rows(classes: NDArray[np.str_]) -> list[str]:
    """Join the last axis of a (units × stops) array: one string a unit."""
    return ["".join(row) for row in classes]


def count_classes(classes: Iterable[str]) -> dict[str, int]:
    """Count how often each of `CLASS_CODES` occurs, for the legend; absent ones are 0."""
    seen = Counter(classes)
    return {code: seen[code] for code in CLASS_CODES}


def count_labels(breaks: Sequence[int]) -> tuple[str, ...]:
    """Label classes of whole numbers: `1–20`, `21–50`, …, `>100`."""
    lows = [1, *(upper + 1 for upper in breaks)]
    closed = [
        f"{low}" if low == upper else f"{low}–{upper}"
        for low, upper in zip(lows, breaks, strict=False)
    ]
    return (*closed, f">{breaks[-1]}")


def measure_labels(breaks: Sequence[float], *, unit: str = "") -> tuple[str, ...]:
    """Label classes of percents and ratios: `≤20%`, `20–40%`, …, `>80%`.

    The upper limit belongs to the class; zero is not in the first class but a state of its own.
    """
    texts = [f"{limit:g}" for limit in breaks]
    pairs = itertools.pairwise(texts)
    middle = [f"{low}–{upper}{unit}" for low, upper in pairs]
    return (f"≤{texts[0]}{unit}", *middle, f">{texts[-1]}{unit}")


def measure_words(breaks: Sequence[float], *, lang: str, unit: str = "%") -> tuple[str, ...]:
    """Say the same classes in words, for screen readers and captions.

    Parameters
    ----------
    breaks
        As for `measure_labels`.
    lang
        Language tag; Chinese for any ``zh…``, else English.
    unit
        Sign after each number.
    """
    first, between, last = _WORDS["zh" if lang.startswith("zh") else "en"]
    texts = [f"{limit:g}{unit}" for limit in breaks]
    pairs = itertools.pairwise(texts)
    middle = [between.format(low=low, upper=upper) for low, upper in pairs]
    return (first.format(upper=texts[0]), *middle, last.format(low=texts[-1]))


_WORDS: Final = {
    "zh": ("大于 0，不超过 {upper}", "超过 {low}，不超过 {upper}", "超过 {low}"),
    "en": ("above 0, up to {upper}", "above {low}, up to {upper}", "above {low}"),
}

# Sequential, light to dark; told apart under the three colour blindnesses by lightness alone.
PALETTES: Final[Mapping[str, tuple[str, ...]]] = {
    "remaining": ("#f0d19a", "#e3a45c", "#cf7436", "#a94a26", "#742a1c"),
    "exited": ("#bfe0d6", "#86c1b4", "#4f9e93", "#2a7672", "#124c4e"),
    "on_register": ("#cdd3e4", "#9fa9cb", "#737fae", "#4d578b", "#2c3361"),
    "reach": ("#c5dcee", "#8fbadd", "#5a94c4", "#326c9f", "#164570"),
    "coverage": ("#c8e3cf", "#8fc7b3", "#559fa0", "#2f7487", "#17476a"),
    "leaders": ("#e6d3e0", "#c9a5c0", "#a8789c", "#804f76", "#532c4d"),
    "places": ("#e6dea6", "#c9bb66", "#a29438", "#766d22", "#4b4515"),
}
PAPER: Final = "#fbf8f1"
INK: Final = "#35322c"

_DISTRICT_COLORS: Final[Mapping[str, str]] = {
    "150302": "#e9dcc3",
    "150303": "#d3e0d0",
    "150304": "#dcd6e6",
}
_DISTRICT_CYCLE: Final = ("#e9dcc3", "#d3e0d0", "#dcd6e6", "#cfdfe8", "#ecd5cb", "#e5e4c4")


def district_colors(codes: Iterable[str]) -> dict[str, str]:
    """Give each district its ground colour: fixed for Wuhai, else a cycle in the order given."""
    return {
        code: _DISTRICT_COLORS.get(code, _DISTRICT_CYCLE[position % len(_DISTRICT_CYCLE)])
        for position, code in enumerate(codes)
    }


def _following(series: Sequence[int]) -> int:
    power, step = divmod(len(series), len(_STEPS))
    return int(_STEPS[step] * 10**power)


def _numbers(values: ArrayLike) -> NDArray[np.float64]:
    numbers = np.asarray(values, dtype=np.float64)
    wrong = np.isinf(numbers) | ((numbers < 0) & ~np.isin(numbers, STATES))
    if wrong.any():
        message = f"not a figure: {numbers[wrong][0]}"
        raise ValueError(message)
    return numbers

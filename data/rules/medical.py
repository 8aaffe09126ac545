"""The medical waterfall: four layers in a fixed order, exact to the 分.

Basic insurance, critical-illness insurance, medical assistance, and what then remains from the
assistance and support fund. The order is published; deductibles, ratios and ceilings are not: a
missing parameter is refused, never assumed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

from data.errors import BadRatio, BillExceeded, NegativeAmount, ParametersMissing
from data.text import LANGS, mark, translate

WHOLE: Final = 10_000
"""A ratio counts parts of ten thousand: 65.5 % is 6,550."""

LAYERS: Final = ("basic", "critical", "assistance", "fund")
LAYER_NAMES: Final = {
    "basic": mark("基本医保"),
    "critical": mark("大病保险"),
    "assistance": mark("医疗救助"),
    "fund": mark("救助供养经费"),
}
_FIELDS: Final = {
    "total": mark("医疗费用"),
    "deductible_fen": mark("起付线"),
    "ceiling_fen": mark("封顶线"),
    "amount_fen": mark("支付金额"),
}


@dataclass(frozen=True)
class Share:
    """A layer that pays a share of what the layers before left.

    Attributes
    ----------
    deductible_fen
        What the layer leaves before it pays, in 分.
    ratio
        What it pays of the rest, in parts of ten thousand.
    has_ceiling, ceiling_fen
        Whether there is a most that it pays, and how much, in 分. None of the two is assumed.
    """

    deductible_fen: int | None = None
    ratio: int | None = None
    has_ceiling: bool | None = None
    ceiling_fen: int | None = None


@dataclass(frozen=True)
class Exact:
    """A layer whose payment is known from its own settlement, in 分."""

    amount_fen: int | None = None


@dataclass(frozen=True)
class Remainder:
    """A layer that pays all that is left."""


Layer = Share | Exact | Remainder


@dataclass(frozen=True)
class Terms:
    """The four layers' terms; None is not known.

    Attributes
    ----------
    is_fund_for_tekun_only
        Whether the last layer pays for persons in extreme hardship alone: the source leaves it
        open, so that somebody has to say.
    """

    basic: Layer | None = None
    critical: Layer | None = None
    assistance: Layer | None = None
    fund: Layer | None = None
    is_fund_for_tekun_only: bool | None = None


@dataclass(frozen=True)
class Settlement:
    """What each layer pays of a bill and what is left to the household, in 分."""

    total_fen: int
    basic_fen: int
    critical_fen: int
    assistance_fen: int
    fund_fen: int
    self_fen: int

    def steps(self) -> Iterator[tuple[str, int, int, int]]:
        """Give the layers in their order: code, what they find, what they pay, what they leave."""
        rest = self.total_fen
        for layer in LAYERS:
            paid = int(getattr(self, f"{layer}_fen"))
            yield layer, rest, paid, rest - paid
            rest -= paid


def settle(total_fen: int, terms: Terms, *, is_tekun: bool | None) -> Settlement:
    """Pour a bill through the layers; each one's rest feeds the next.

    Parts of a 分 are rounded down in each layer: the rest takes them on, so that the layers and
    the household's own part always add up to the bill.

    Parameters
    ----------
    total_fen
        The bill, in 分.
    terms
        What each layer pays by.
    is_tekun
        Whether the patient is in extreme hardship; needed where the last layer asks for it.

    Raises
    ------
    BadRatio, NegativeAmount
        A ratio outside 0 to 100 %; an amount below zero.
    BillExceeded
        A layer's own settlement is more than what was left for it.
    ParametersMissing
        Something the calculation rests on is not known.
    """
    _require_amount("total", total_fen)
    missing = _count_missing(terms, is_tekun=is_tekun)
    if missing:
        raise ParametersMissing(rule="R-HEA-4", count=missing)
    rest, paid = total_fen, {}
    for name in LAYERS:
        layer = getattr(terms, name)
        is_out = name == "fund" and terms.is_fund_for_tekun_only and not is_tekun
        paid[f"{name}_fen"] = 0 if is_out else _pay(layer, rest)
        rest -= paid[f"{name}_fen"]
    return Settlement(total_fen=total_fen, self_fen=rest, **paid)


def _count_missing(terms: Terms, *, is_tekun: bool | None) -> int:
    missing = sum(_lacks(getattr(terms, name)) for name in LAYERS)
    missing += terms.is_fund_for_tekun_only is None
    return missing + (terms.is_fund_for_tekun_only is True and is_tekun is None)


def _lacks(layer: Layer | None) -> int:
    """Count what is not known of a layer; the height of a ceiling only where there is one."""
    if layer is None:
        return 1
    unknown = {field.name for field in fields(layer) if getattr(layer, field.name) is None}
    if isinstance(layer, Share) and layer.has_ceiling is not True:
        unknown.discard("ceiling_fen")
    return len(unknown)


def _pay(layer: Layer, rest: int) -> int:
    if isinstance(layer, Remainder):
        return rest
    if isinstance(layer, Exact):
        paid = _require_amount("amount_fen", layer.amount_fen or 0)
        if paid > rest:
            raise BillExceeded
        return paid
    deductible = _require_amount("deductible_fen", layer.deductible_fen or 0)
    ratio = layer.ratio or 0
    if not 0 <= ratio <= WHOLE:
        raise BadRatio
    paid = max(rest - deductible, 0) * ratio // WHOLE
    if not layer.has_ceiling:
        return paid
    return min(paid, _require_amount("ceiling_fen", layer.ceiling_fen or 0))


def _require_amount(field: str, amount: int) -> int:
    if amount < 0:
        raise NegativeAmount(field={lang: translate(_FIELDS[field], lang) for lang in LANGS})
    return amount

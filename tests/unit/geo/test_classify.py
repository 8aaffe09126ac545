"""Classes: states that are not classes, breaks that are stated, colours that can be told."""

import numpy as np
import pytest
from numpy.typing import NDArray

from geo import classify

LEAST_LIGHTNESS_STEP = 10  # CIELAB units between neighbouring classes, plainly visible


def linear_rgb(color: str):
    channels = np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def luminance(rgb: NDArray[np.float64]):
    return float(rgb @ np.array([0.2126, 0.7152, 0.0722]))


def lightness(rgb: NDArray[np.float64]):
    y = luminance(rgb)
    return 116 * np.cbrt(y) - 16 if y > 0.008856 else 903.3 * y


def contrast(one: str, other: str):
    light, dark = sorted((luminance(linear_rgb(one)), luminance(linear_rgb(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def seen_with(color: str, blindness: str):
    """Viénot, Brettel and Mollon (1999): what a dichromat sees, in linear RGB."""
    matrices = {
        "protan": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
        "deutan": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
    }
    return np.clip(np.array(matrices[blindness]) @ linear_rgb(color), 0, 1)


@pytest.mark.parametrize(
    ("maximum", "breaks"),
    [
        (0, (1, 2, 5, 10)),
        (10, (1, 2, 5, 10)),
        (20, (1, 2, 5, 10)),
        (21, (2, 5, 10, 20)),
        (100, (5, 10, 20, 50)),
        (130, (10, 20, 50, 100)),
        (1515, (100, 200, 500, 1000)),
    ],
)
def test_breaks_follow_the_series_and_use_the_open_class(maximum: float, breaks: tuple[float, ...]):
    assert classify.nice_breaks(maximum) == breaks


def test_fewer_classes_have_fewer_breaks():
    assert classify.nice_breaks(130, classes=3) == (50, 100)


@pytest.mark.parametrize("maximum", [float("nan"), float("inf")])
def test_breaks_need_a_real_maximum(maximum: float):
    with pytest.raises(ValueError, match="not a count"):
        classify.nice_breaks(maximum)


def test_each_state_has_its_own_character_in_any_shape():
    values = [[0, 1, 10, 11], [None, -1, 101, -0.0]]
    classes = classify.classify(values, (10, 20, 50, 100))
    assert classify.join_rows(classes) == ["z001", "ns4z"]
    assert classify.join_rows(classify.classify([[-1, -2, -3, None]], (10,))) == ["swan"]
    assert classify.classify(5, (10,)).item() == "0"


def test_a_value_on_a_break_belongs_to_the_class_below():
    assert "".join(classify.classify([20, 20.01, 80, 100], classify.PERCENT_BREAKS)) == "0134"


def test_a_tiny_value_is_not_zero():
    assert classify.classify([1e-9], (1.0,)).item() == "0"


@pytest.mark.parametrize("wrong", [-4, -0.5, float("inf")])
def test_what_is_not_a_figure_is_our_mistake(wrong: float):
    with pytest.raises(ValueError, match="not a figure"):
        classify.classify([1, wrong], (10,))
    with pytest.raises(ValueError, match="not a figure"):
        classify.size_classes([wrong])


@pytest.mark.parametrize("breaks", [(), (0, 1), (2, 1), (1, 1), (1, 2, 3, 4, 5)])
def test_breaks_must_increase_and_make_at_most_five_classes(breaks: tuple[float, ...]):
    with pytest.raises(ValueError, match="breaks"):
        classify.classify([1], breaks)


def test_size_does_not_tell_a_suppressed_number_from_none():
    assert "".join(classify.size_classes([-1, 0, 4, 5, 20, 21, 201, None])) == "000112" + "5n"
    assert "".join(classify.size_classes([-2, -3])) == "00"


def test_every_class_is_counted_even_when_absent():
    counts = classify.count_classes("zz0sw")
    classes = {"0": 1, "1": 0, "2": 0, "3": 0, "4": 0}
    assert counts == classes | {"z": 2, "n": 0, "s": 1, "w": 1, "a": 0}


def test_labels_of_counts_leave_no_gap():
    labels = classify.count_labels((20, 50, 100, 200))
    assert labels == ("1–20", "21–50", "51–100", "101–200", ">200")
    assert classify.count_labels((1, 2, 5, 10)) == ("1", "2", "3–5", "6–10", ">10")


def test_size_labels_hide_small_numbers() -> None:
    assert classify.size_labels() == ("<5", "5–20", "21–50", "51–100", "101–200", ">200")


def test_labels_of_percents_and_ratios():
    labels = classify.measure_labels(classify.PERCENT_BREAKS, unit="%")
    assert labels == ("≤20%", "20–40%", "40–60%", "60–80%", ">80%")
    assert classify.measure_labels(classify.RATIO_BREAKS)[0] == "≤0.1"


def test_the_same_in_words():
    zh = classify.measure_words(classify.PERCENT_BREAKS, lang="zh-CN")
    assert zh[:2] == ("大于 0，不超过 20%", "超过 20%，不超过 40%")
    en = classify.measure_words(classify.PERCENT_BREAKS, lang="en")
    assert en[-1] == "above 80%"
    assert len(zh) == len(en) == classify.CLASSES


@pytest.mark.parametrize("colors", classify.PALETTES.values(), ids=classify.PALETTES.keys())
def test_palettes_darken_step_by_step_for_every_eye(colors: tuple[str, ...]):
    assert len(colors) == classify.CLASSES
    normal = [lightness(linear_rgb(color)) for color in colors]
    eyes = [
        [lightness(seen_with(color, kind)) for color in colors] for kind in ("protan", "deutan")
    ]
    for steps in (normal, *eyes):
        assert (-np.diff(steps) >= LEAST_LIGHTNESS_STEP).all(), steps


@pytest.mark.parametrize("colors", classify.PALETTES.values(), ids=classify.PALETTES.keys())
def test_symbols_stand_out_from_paper_by_their_outline(colors: tuple[str, ...]):
    assert contrast(classify.INK, classify.PAPER) >= 7
    assert contrast(colors[0], classify.PAPER) >= 1.25
    assert contrast(colors[-1], classify.PAPER) >= 7


def test_district_colours_are_fixed_distinct_and_quiet():
    colors = classify.district_colors(["150302", "150303", "150304"])
    assert len(set(colors.values())) == 3
    assert all(contrast(color, classify.PAPER) < 1.6 for color in colors.values())
    assert classify.district_colors(["150304"])["150304"] == colors["150304"]


def test_other_districts_take_turns():
    codes = [f"99010{number}" for number in range(8)]
    colors = classify.district_colors(codes)
    assert len(set(list(colors.values())[:6])) == 6
    assert colors[codes[6]] == colors[codes[0]]

"""Charts of a village, drawn by Altair from values that may be missing."""

from collections.abc import Mapping
from typing import Final

import altair as alt
import pandas as pd
import streamlit as st

_COLORS: Final = {"remaining": "#a94a26", "exited": "#2a7672"}


def draw_history(history: pd.DataFrame, labels: Mapping[str, str]) -> None:
    """Draw persons over time, one line a status; a line breaks where a value is hidden.

    Parameters
    ----------
    history
        `day` and one column for each key of `labels`; negative where suppressed.
    labels
        Column to its word in the legend.
    """
    long = history.melt("day", list(labels), "status", "persons")
    long.loc[long["persons"] < 0, "persons"] = None
    long["day"] = pd.to_datetime(long["day"])
    long["status"] = long["status"].map(labels)
    chart = (
        alt.Chart(long)
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(
            x=alt.X("day:T", title=None, axis=alt.Axis(format="%Y-%m", tickCount=8, grid=False)),
            y=alt.Y("persons:Q", title=None, axis=alt.Axis(tickMinStep=1, tickCount=5)),
            color=alt.Color(
                "status:N",
                title=None,
                scale=alt.Scale(
                    domain=list(labels.values()), range=[_COLORS[key] for key in labels]
                ),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=[alt.Tooltip("day:T", format="%Y-%m-%d"), "status:N", "persons:Q"],
        )
        .properties(height=240)
    )
    st.altair_chart(chart)

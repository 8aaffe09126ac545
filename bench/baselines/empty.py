"""An empty Streamlit page: the floor below which no page of the product can start."""

from __future__ import annotations

import streamlit as st

st.text("empty")

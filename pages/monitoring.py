"""Which households need attention now, by which rule; and which records are still to verify?"""

import streamlit as st

from data.queries.filters import Filter
from pages.ui import cache
from pages.ui.alerts import draw_alerts
from pages.ui.lookbacks import draw_lookbacks
from pages.ui.session import language, require
from pages.ui.words import speak

viewer = require("monitoring")
lang = language()
say = speak(lang)
if st.query_params.to_dict() != {"lang": lang}:
    st.query_params.from_dict({"lang": lang})
version = cache.version_for(viewer)
choices = cache.choices(version, viewer)
if not choices.villages:
    st.info(say("您的范围内没有村或社区。"))
    st.stop()
villages = {code: names[lang] for code, names in choices.villages.items()}
day = Filter().as_of
monitoring, looking_back = st.tabs([say("动态监测"), say("回头看")])
with monitoring:
    draw_alerts(viewer, villages, day, lang)
with looking_back:
    draw_lookbacks(viewer, villages, day, lang)

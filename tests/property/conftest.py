"""Hypothesis as used here: speed is measured in ``bench/``, never asserted in tests."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "guatu", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("guatu")

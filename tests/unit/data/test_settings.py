"""Settings: read once, frozen, and refused where they would be unsafe or make no sense."""

import pytest
from pydantic import ValidationError

from data.errors import DemoNotPublic, SettingsRefused
from data.settings import Settings, is_loopback, load_settings, refuse_public_demo


def set_variables(monkeypatch, variables):
    for name, value in variables.items():
        monkeypatch.setenv(f"GUATU_{name}", value)
    load_settings.cache_clear()


def test_the_default_is_a_local_demonstration_without_a_base_map():
    settings = load_settings()
    assert (settings.mode, settings.host, settings.lang) == ("demo", "127.0.0.1", "zh-CN")
    assert settings.basemap == "none"
    assert settings.database_url.endswith("/var/guatu.db")
    assert not settings.demo_may_be_public


def test_settings_are_read_once_and_cannot_be_changed(monkeypatch):
    first = load_settings()
    monkeypatch.setenv("GUATU_LANG", "en")
    assert load_settings() is first
    with pytest.raises(ValidationError):
        first.lang = "en"


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"BASEMAP": "tianditu"}, "GUATU_TIANDITU_KEY"),
        ({"BASEMAP": "xyz"}, "GUATU_BASEMAP_URL"),
        ({"BASEMAP": "xyz", "BASEMAP_URL": "file:///etc/passwd"}, "GUATU_BASEMAP_URL"),
        ({"BASEMAP": "xyz", "BASEMAP_URL": "https://e.org/{z}/{x}/{y}", "BASEMAP_DATUM": "GCJ02"},
         "GUATU_BASEMAP_DATUM"),
        ({"BASEMAP": "xyz", "BASEMAP_URL": "https://e.org/{z}/{x}/{y}", "BASEMAP_DATUM": "BD09"},
         "GUATU_BASEMAP_DATUM"),
        ({"BASEMAP": "openmap"}, "GUATU_BASEMAP"),
        ({"MODE": "staging"}, "GUATU_MODE"),
        ({"LANG": "mn"}, "GUATU_LANG"),
        ({"BASEMAP_MAX_ZOOM": "99"}, "GUATU_BASEMAP_MAX_ZOOM"),
        ({"DEMO_PUBLIC": "perhaps"}, "GUATU_DEMO_PUBLIC"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_is_refused_by_its_name(monkeypatch, variables, name):
    set_variables(monkeypatch, variables)
    with pytest.raises(SettingsRefused) as caught:
        load_settings()
    assert caught.value.facts["name"] == name
    for lang in ("zh-CN", "en"):
        assert name in caught.value.sentence(lang)


def test_a_usable_base_map_is_accepted(monkeypatch):
    set_variables(monkeypatch, {"BASEMAP": "tianditu", "TIANDITU_KEY": "a-secret-key"})
    settings = load_settings()
    assert settings.basemap == "tianditu"
    assert "a-secret-key" not in repr(settings)
    assert "a-secret-key" not in str(settings.model_dump())


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("[::1]", True),
        ("localhost", True), ("0.0.0.0", False), ("::", False), ("192.168.1.5", False),  # noqa: S104
        ("10.0.0.1", False), ("guatu.example.org", False), ("", False),
        ("localhost.evil.example", False), ("127.0.0.1.nip.io", False), ("2130706433", False),
    ],
)  # fmt: skip
def test_a_demonstration_stays_on_this_machine(host, local):
    assert is_loopback(host) == local
    if local:
        refuse_public_demo(Settings(), host)
    else:
        with pytest.raises(DemoNotPublic, match="GUATU_DEMO_PUBLIC_CONFIRM=synthetic-data-only"):
            refuse_public_demo(Settings(), host)


def test_saying_it_once_is_not_enough():
    for settings in (
        Settings(demo_public=True),
        Settings(demo_public_confirm="synthetic-data-only"),
        Settings(demo_public=True, demo_public_confirm="yes"),
    ):
        assert not settings.demo_may_be_public
        with pytest.raises(DemoNotPublic):
            refuse_public_demo(settings, "192.168.1.5")
    twice = Settings(demo_public=True, demo_public_confirm="synthetic-data-only")
    refuse_public_demo(twice, "192.168.1.5")
    refuse_public_demo(Settings(mode="production"), "192.168.1.5")

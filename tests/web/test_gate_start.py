"""The start: what is missing, weak or unsafe ends it, with a sentence that names the setting."""

import base64
import secrets
from collections.abc import Callable

import pytest
from streamlit import config

from data.errors import DemoNotPublic, SettingsRefused
from data.keys import load_keys
from data.settings import load_settings
from web.routes import middleware
from web.startup import prepare_start

WEAK = base64.b64encode(b"\0" * 32).decode()


def make_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Start in production with good settings but for those that are given."""
    kept = {name: config.get_option(name) for name in (
        "server.allowedHosts", "server.cookieSecret", "browser.serverAddress",
        "browser.serverPort", "client.showErrorDetails", "server.enableXsrfProtection",
        "browser.gatherUsageStats", "server.enableStaticServing",
    )}  # fmt: skip

    def run(**settings: str) -> None:
        good = {"MODE": "production", "PUBLIC_URL": "https://guatu.example",
                "SECRET_KEY": make_key(), "DATA_KEY": make_key()}  # fmt: skip
        for name, value in (good | settings).items():
            monkeypatch.setenv(f"GUATU_{name}", value)
        load_settings.cache_clear()
        load_keys.cache_clear()
        prepare_start()

    yield run
    for name, value in kept.items():
        config.set_option(name, value)


def test_good_settings_start_and_tell_streamlit_the_rest(start):
    start()
    assert config.get_option("server.allowedHosts") == ["guatu.example"]
    assert config.get_option("browser.serverAddress") == "guatu.example"
    assert config.get_option("browser.serverPort") == 443
    first = config.get_option("server.cookieSecret")
    assert len(first) == 64
    key = make_key()
    start(SECRET_KEY=key)
    second = config.get_option("server.cookieSecret")
    start(SECRET_KEY=key)
    assert first != second == config.get_option("server.cookieSecret")
    assert key not in second


@pytest.mark.row(33)
@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"SECRET_KEY": ""}, "GUATU_SECRET_KEY"),
        ({"DATA_KEY": ""}, "GUATU_DATA_KEY"),
        ({"SECRET_KEY": WEAK}, "GUATU_SECRET_KEY"),
        ({"DATA_KEY": "short"}, "GUATU_DATA_KEY"),
        ({"SECRET_KEY_FILE": "/no/such/file", "SECRET_KEY": ""}, "GUATU_SECRET_KEY_FILE"),
        ({"PUBLIC_URL": ""}, "GUATU_PUBLIC_URL"),
        ({"PUBLIC_URL": "guatu.example"}, "GUATU_PUBLIC_URL"),
        ({"PUBLIC_URL": "http://guatu.example"}, "GUATU_PUBLIC_URL"),
        ({"PUBLIC_URL": "https://guatu.example/below"}, "GUATU_PUBLIC_URL"),
        ({"PUBLIC_URL": "ftp://guatu.example"}, "GUATU_PUBLIC_URL"),
        ({"HOST": "0.0.0.0"}, "GUATU_HOST"),  # noqa: S104 - to be refused
        ({"HOST": "192.168.1.5"}, "GUATU_HOST"),
        ({"OIDC_ISSUER": "http://login.example"}, "GUATU_OIDC_ISSUER"),
        ({"OIDC_ISSUER": "login"}, "GUATU_OIDC_ISSUER"),
        ({"OIDC_ISSUER": "https://login.example"}, "GUATU_OIDC_CLIENT_ID"),
    ],
)
def test_a_bad_start_is_refused_by_name(start, settings, named):
    with pytest.raises(SettingsRefused) as caught:
        start(**settings)
    assert caught.value.facts["name"] == named
    assert not {value for value in settings.values() if len(value) > 20} & set(
        str(caught.value).split()
    )


@pytest.mark.row(33)
def test_the_same_key_twice_is_refused(start):
    key = make_key()
    with pytest.raises(SettingsRefused, match="must differ"):
        start(SECRET_KEY=key, DATA_KEY=key)


@pytest.mark.parametrize(
    ("option", "value"),
    [("client.showErrorDetails", "full"), ("server.enableXsrfProtection", False),
     ("browser.gatherUsageStats", True), ("server.enableStaticServing", True)],
)  # fmt: skip
def test_streamlit_without_its_protections_is_refused(start, option, value):
    config.set_option(option, value)
    with pytest.raises(SettingsRefused) as caught:
        start()
    assert caught.value.facts["name"] == option


@pytest.mark.parametrize("url", ["http://127.0.0.1:8501", "http://localhost:8501"])
def test_an_address_of_this_machine_needs_no_certificate(start, url):
    start(PUBLIC_URL=url)


def test_a_demonstration_still_stays_on_this_machine(start):
    with pytest.raises(DemoNotPublic):
        start(MODE="demo", HOST="192.168.1.5")
    start(MODE="demo", HOST="127.0.0.1", SECRET_KEY="", DATA_KEY="")


def test_the_process_ends_with_both_sentences(start, monkeypatch, capsys):
    start()
    monkeypatch.setenv("GUATU_PUBLIC_URL", "http://guatu.example")
    load_settings.cache_clear()
    with pytest.raises(SystemExit) as ended:
        middleware()
    assert "对外网址必须以 https:// 开头" in str(ended.value)
    assert "must begin with https://" in str(ended.value)
    assert "Traceback" not in str(ended.value)

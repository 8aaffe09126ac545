"""The start: unsafe settings end it with a sentence, and Streamlit is told what ours say."""

import logging
from typing import Final
from urllib.parse import urlsplit

from streamlit import config

from data.errors import SettingsRefused, WrongDataKey
from data.keys import load_keys
from data.sealing import derive
from data.settings import Settings, is_loopback, load_settings, refuse_public_demo
from data.shared import shared_database
from geo.errors import AppError
from web.logs import redact_logs
from web.origins import parse_origin, public_origin

_LOG = logging.getLogger("guatu.web")
_WHERE: Final = "GUATU settings"
_NEEDED: Final = {
    "client.showErrorDetails": "none",
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "browser.gatherUsageStats": False,
    "global.developmentMode": False,
    "logger.enableRich": False,
}
"""What `.streamlit/config.toml` says and a service with people's data must not run without."""


def prepare_start() -> Settings:
    """Look at every setting that safety hangs on, then start blanking logs.

    Raises
    ------
    DemoNotPublic, SettingsRefused
        Something is missing, weak or unsafe.
    WrongDataKey
        In production: the data key is not the one of the database.
    """
    redact_logs()
    settings = load_settings()
    refuse_public_demo(settings, settings.host)
    keys = load_keys()
    config.set_option("server.cookieSecret", derive(keys.sessions, "streamlit").hex(), _WHERE)
    if settings.mode == "production":
        _require_production(settings)
        _require_fitting_key()
    elif settings.demo_may_be_public:
        config.set_option("server.allowedHosts", ["*"], _WHERE)
    return settings


def _require_production(settings: Settings) -> None:
    _scheme, host, port = public_origin(settings)
    if not is_loopback(settings.host):
        raise SettingsRefused(
            name="GUATU_HOST",
            why_zh="正式运行只在本机地址（127.0.0.1）监听，由带 TLS 的反向代理对外服务。",
            why_en="in production the program listens on 127.0.0.1 only; a proxy with TLS stands "
            "in front.",
        )
    _require_oidc(settings)
    for name, value in _NEEDED.items():
        if config.get_option(name) != value:
            raise SettingsRefused(
                name=name,
                why_zh=f"正式运行须为 {value}；请在程序目录中启动，并保留 .streamlit/config.toml。",
                why_en=f"production needs {value}; start in the program's folder and keep "
                ".streamlit/config.toml.",
            )
    config.set_option("server.allowedHosts", [host], _WHERE)
    config.set_option("browser.serverAddress", host, _WHERE)
    config.set_option("browser.serverPort", port, _WHERE)


def _require_fitting_key() -> None:
    """Refuse another data key than the database's; one that is not there yet is told later."""
    try:
        shared_database()
    except WrongDataKey:
        raise
    except AppError as error:
        _LOG.warning("%s", error)


def _require_oidc(settings: Settings) -> None:
    """Refuse half a provider, and one that is spoken to in the clear."""
    if not settings.oidc_issuer:
        return
    issuer = parse_origin(settings.oidc_issuer)
    if issuer is None or urlsplit(settings.oidc_issuer).query:
        raise _refused_issuer()
    if issuer[0] != "https" and not is_loopback(issuer[1]):
        raise _refused_issuer()
    if not settings.oidc_client_id:
        raise SettingsRefused(
            name="GUATU_OIDC_CLIENT_ID",
            why_zh="使用统一身份认证需要客户端标识。",
            why_en="single sign-on needs the client's identifier.",
        )


def _refused_issuer() -> SettingsRefused:
    return SettingsRefused(
        name="GUATU_OIDC_ISSUER",
        why_zh="请写统一身份认证的 https:// 地址。",
        why_en="give the provider's address; it begins with https://.",
    )

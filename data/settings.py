"""Settings: the environment, read once into one frozen object."""

import ipaddress
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.errors import DemoNotPublic, SettingsRefused

ROOT = Path(__file__).resolve().parent.parent
DEMO_CONFIRMATION = "synthetic-data-only"


class Settings(BaseSettings):
    """What the operator decides, from variables named ``GUATU_…``."""

    model_config = SettingsConfigDict(env_prefix="GUATU_", frozen=True, extra="ignore")

    mode: Literal["demo", "production"] = "demo"
    host: str = "127.0.0.1"
    database_url: str = f"sqlite:///{ROOT / 'var' / 'guatu.db'}"
    demo_public: bool = False
    demo_public_confirm: str = ""
    lang: Literal["zh-CN", "en"] = "zh-CN"
    secret_key: SecretStr = SecretStr("")
    secret_key_file: Path | None = None
    data_key: SecretStr = SecretStr("")
    data_key_file: Path | None = None
    data_key_former: SecretStr = SecretStr("")
    public_url: str = ""
    idle_minutes: int = Field(default=15, ge=1, le=60)
    session_hours: int = Field(default=8, ge=1, le=12)
    full_view_minutes: int = Field(default=10, ge=1, le=60)
    full_views_per_day: int = Field(default=60, ge=1, le=1000)
    exports_per_day: int = Field(default=20, ge=1, le=1000)
    audit_days: int = Field(default=1_095, ge=183)
    audit_log: Path | None = None
    password_rules: Literal["default", "dengbao"] = "default"  # noqa: S105 - names rules
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_client_secret_file: Path | None = None
    oidc_name: str = ""
    basemap: Literal["none", "tianditu", "xyz"] = "none"
    basemap_url: str = ""
    basemap_datum: Literal["", "WGS84", "CGCS2000", "GCJ02", "BD09"] = ""
    basemap_attribution: str = ""
    basemap_max_zoom: int = Field(default=17, ge=1, le=22)
    tianditu_key: SecretStr = SecretStr("")
    map_approval_number: str = ""

    @model_validator(mode="after")
    def _base_map_is_usable(self) -> "Settings":
        if self.basemap == "tianditu" and not self.tianditu_key.get_secret_value():
            msg = "GUATU_TIANDITU_KEY"
            raise ValueError(msg)
        if self.basemap == "xyz":
            _require_xyz(self.basemap_url, self.basemap_datum)
        return self

    @property
    def demo_may_be_public(self) -> bool:
        """Whether the operator said twice that a passwordless demonstration may be reached."""
        return self.demo_public and self.demo_public_confirm == DEMO_CONFIRMATION


_SHIFTED_HOSTS = ("autonavi.com", "amap.com", "google.cn", "gtimg.com", "qq.com", "bdimg.com")
"""Hosts known to serve tiles in GCJ-02 or BD-09, whatever a setting claims."""


def _require_xyz(url: str, datum: str) -> None:
    """Refuse an address that is no tile address, and tiles that lie off our positions."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or any(s not in url for s in ("{z}", "{x}", "{y}")):
        msg = "GUATU_BASEMAP_URL"
        raise ValueError(msg)
    host = parts.hostname or ""
    if datum not in {"WGS84", "CGCS2000"} or host.endswith(_SHIFTED_HOSTS):
        msg = "GUATU_BASEMAP_DATUM"
        raise ValueError(msg)


_REASONS = {
    "GUATU_TIANDITU_KEY": ("使用天地图需要密钥。", "Tianditu needs a key."),
    "GUATU_BASEMAP_URL": (
        "请给出 http(s) 瓦片地址，例如 https://example.org/{z}/{x}/{y}.png。",
        "give an http(s) tile address such as https://example.org/{z}/{x}/{y}.png.",
    ),
    "GUATU_BASEMAP_DATUM": (
        "请写明 WGS84 或 CGCS2000；GCJ-02、BD-09 底图偏移数百米，不能叠加。",
        "state WGS84 or CGCS2000; tiles in GCJ-02 or BD-09 lie some hundred metres off.",
    ),
}


@cache
def load_settings() -> Settings:
    """Read the environment once.

    Raises
    ------
    SettingsRefused
        A variable has a value that cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["ctx"]["error"]) if "ctx" in first and "error" in first["ctx"] else ""
        if name in _REASONS:
            why_zh, why_en = _REASONS[name]
        else:
            name = "GUATU_" + "_".join(str(part) for part in first["loc"]).upper()
            why_zh, why_en = f"取值无效（{first['msg']}）。", f"{first['msg']}."
        raise SettingsRefused(name=name, why_zh=why_zh, why_en=why_en) from error


def is_loopback(host: str) -> bool:
    """Tell whether `host` (a name or an address) can only be reached from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def refuse_public_demo(settings: Settings, host: str) -> None:
    """Refuse to serve a demonstration on an address that others can reach.

    Raises
    ------
    DemoNotPublic
        Demonstration mode, an address other than loopback, and not confirmed twice.
    """
    if settings.mode == "demo" and not settings.demo_may_be_public and not is_loopback(host):
        raise DemoNotPublic(host=host)

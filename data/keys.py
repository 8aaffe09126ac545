"""Keys: the two that the operator gives, read from the environment or from private files."""

import base64
import binascii
import os
import stat
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from data.errors import SettingsRefused
from data.settings import Settings, load_settings

_BYTES: Final = 32
_LEAST_DIFFERENT_BYTES: Final = 12
"""32 random bytes have 30 different ones on average; fewer than 12 do not occur by chance."""


@dataclass(frozen=True)
class Keys:
    """The operator's keys.

    Attributes
    ----------
    sessions
        Signs what a browser keeps for us.
    data
        Seals the keys of the register.
    former
        Data keys of before a rotation, tried where `data` does not fit.
    is_demo
        Both are the published ones of the demonstration: they protect nothing.
    """

    sessions: bytes = field(repr=False)
    data: bytes = field(repr=False)
    former: tuple[bytes, ...] = field(default=(), repr=False)
    is_demo: bool = False

    @property
    def data_key_id(self) -> str:
        """Name the data key without giving it away."""
        return key_id(self.data)


def key_id(key: bytes) -> str:
    """Name a key without giving it away."""
    return sha256(b"guatu key id\x1f" + key).hexdigest()[:12]


@cache
def load_keys() -> Keys:
    """Read the keys once.

    Raises
    ------
    SettingsRefused
        A key is missing in production, or weak, or its file can be read by others.
    """
    return read_keys(load_settings())


def read_keys(settings: Settings) -> Keys:
    """Read the keys that some settings name.

    Raises
    ------
    SettingsRefused
        A key is missing in production, or weak, or its file can be read by others.
    """
    secret = _key("GUATU_SECRET_KEY", settings.secret_key, settings.secret_key_file)
    data = _key("GUATU_DATA_KEY", settings.data_key, settings.data_key_file)
    former = _key("GUATU_DATA_KEY_FORMER", settings.data_key_former, None)
    if secret is not None and secret == data:
        raise _same()
    if settings.mode == "production":
        for name, key in (("GUATU_SECRET_KEY", secret), ("GUATU_DATA_KEY", data)):
            if key is None:
                raise _missing(name)
    return Keys(
        sessions=secret or _demonstration("sessions"),
        data=data or _demonstration("data"),
        former=(former,) if former else (),
        is_demo=data is None,
    )


def _demonstration(purpose: str) -> bytes:
    return sha256(f"guatu demonstration, synthetic data only: {purpose}".encode()).digest()


def read_secret(name: str, given: SecretStr, file: Path | None) -> str:
    """Read a secret from its variable, else from its file; empty where neither is set.

    Raises
    ------
    SettingsRefused
        The file cannot be read, or others can read it too.
    """
    text = given.get_secret_value().strip()
    if not text and file is not None:
        # The line that `keys new` prints may stand in the file as it is.
        return _read_private(f"{name}_FILE", file).removeprefix(f"{name}=")
    return text


def _key(name: str, given: SecretStr, file: Path | None) -> bytes | None:
    text = read_secret(name, given, file)
    if not text:
        return None
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _weak(name) from error
    if len(key) != _BYTES or len(set(key)) < _LEAST_DIFFERENT_BYTES:
        raise _weak(name)
    if key in {_demonstration("sessions"), _demonstration("data")}:
        raise _weak(name)
    return key


def _read_private(name: str, file: Path) -> str:
    try:
        found = file.stat()
        if stat.S_IMODE(found.st_mode) & 0o077 or found.st_uid not in {os.getuid(), 0}:
            raise _refused(
                name,
                "文件必须只有服务账户可读（chmod 600）。",
                "the file must be readable by the service account only (chmod 600).",
            )
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _refused(name, "读不到该文件。", "the file cannot be read.") from error


def _missing(name: str) -> SettingsRefused:
    return _refused(
        name,
        "正式运行需要密钥：设置该变量，或把密钥放进权限为 600 的文件并设置同名的 _FILE 变量；"
        "用 python -m data keys new 生成。",
        "production needs this key: set the variable, or name a file of mode 600 by the variable "
        "of the same name ending in _FILE; make one with: python -m data keys new.",
    )


def _same() -> SettingsRefused:
    return _refused("GUATU_DATA_KEY", "两把密钥不能相同。", "the two keys must differ.")


def _weak(name: str) -> SettingsRefused:
    return _refused(
        name,
        "须为 32 个随机字节的 base64；用 python -m data keys new 生成。",
        "it must be 32 random bytes in base64; make one with: python -m data keys new.",
    )


def _refused(name: str, why_zh: str, why_en: str) -> SettingsRefused:
    return SettingsRefused(name=name, why_zh=why_zh, why_en=why_en)

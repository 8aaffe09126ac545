"""Second factors: time-based codes (RFC 6238) and recovery codes, each of use once."""

import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import pyotp

from data.errors import SealBroken, WrongDataKey
from data.keys import Keys
from data.sealing import derive, index_of, seal, unseal_text

STEP_S: Final = 30
RECOVERY_CODES: Final = 10
_ISSUER: Final = "Guatu"
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_NEIGHBOURS: Final = (0, -1, 1)
"""Steps that are tried: clocks differ, and people type slowly."""


def make_secret() -> str:
    """Make the secret of an authenticator."""
    return pyotp.random_base32()


def seal_secret(keys: Keys, name: str, secret: str) -> str:
    """Seal an account's secret for storage."""
    return seal(derive(keys.data, "second factors"), secret, "account", "totp_sealed", name)


def open_secret(keys: Keys, name: str, sealed: str) -> str:
    """Open an account's secret, under a former data key too.

    Raises
    ------
    WrongDataKey
        None of the keys fits, or the secret was sealed for another account.
    """
    for key in (keys.data, *keys.former):
        try:
            return unseal_text(
                derive(key, "second factors"), sealed, "account", "totp_sealed", name
            )
        except SealBroken:
            continue
    raise WrongDataKey


def enrolment_address(name: str, secret: str) -> str:
    """Give the address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)


def match_step(secret: str, code: str, *, last_step: int | None, now: datetime) -> int | None:
    """Find the step that a code belongs to; none if it is wrong, too old, or used before."""
    totp = pyotp.TOTP(secret)
    typed = _plain(code).encode()
    present = int(now.timestamp()) // STEP_S
    for step in (present + shift for shift in _NEIGHBOURS):
        is_new = last_step is None or step > last_step
        if is_new and secrets.compare_digest(totp.generate_otp(step).encode(), typed):
            return step
    return None


def _plain(code: str) -> str:
    """Take full-width digits, as Chinese keyboards type them, and blanks for what they mean."""
    return "".join(unicodedata.normalize("NFKC", code).split())


def make_recovery_codes() -> list[str]:
    """Make codes for the day the telephone is lost; shown once."""
    return [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(2))
        for _ in range(RECOVERY_CODES)
    ]


def hash_recovery_code(key: bytes, name: str, code: str) -> str:
    """Hash a recovery code: keyed, for fifty random bits can be tried out one by one."""
    return index_of(key, "account.recovery_hashes", f"{name}\x1f{_plain(code).lower()}")


def without_recovery_code(
    key: bytes, name: str, code: str, hashes: Sequence[str]
) -> list[str] | None:
    """Give the hashes that are left once a code is used; None if it is none of them."""
    used = hash_recovery_code(key, name, code)
    return [known for known in hashes if known != used] if used in hashes else None

"""Sealing: text under a key, bound to the place it stands in, and found again by a keyed index.

AES-SIV (RFC 5297) is deterministic and survives a repeated nonce: the same text under the same
key, in the same place, gives the same seal, so that a demonstration has the same bytes every time.
"""

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from data.errors import SealBroken

KEY_BYTES: Final = 32

_AES_SIV: Final = "S1"
"""Prefix of the algorithm; another one (SM4-GCM, say) gets another prefix and an entry below."""


def _siv_key(key: bytes) -> AESSIV:
    # AES-SIV takes two keys of 256 bits: one to authenticate, one to encrypt.
    return AESSIV(derive(key, "aes-siv", length=2 * KEY_BYTES))


def _seal_siv(key: bytes, text: bytes, place: list[bytes]) -> bytes:
    return _siv_key(key).encrypt(text, list(place))


def _open_siv(key: bytes, sealed: bytes, place: list[bytes]) -> bytes:
    return _siv_key(key).decrypt(sealed, list(place))


_Cipher = tuple[
    Callable[[bytes, bytes, list[bytes]], bytes], Callable[[bytes, bytes, list[bytes]], bytes]
]
_CIPHERS: Final[Mapping[str, _Cipher]] = {_AES_SIV: (_seal_siv, _open_siv)}


def derive(key: bytes, purpose: str, *, length: int = KEY_BYTES) -> bytes:
    """Derive a key for one purpose (HKDF, RFC 5869)."""
    kdf = HKDF(algorithm=SHA256(), length=length, salt=None, info=f"guatu {purpose}".encode())
    return kdf.derive(key)


def seal(key: bytes, text: str | bytes, *place: str) -> str:
    """Seal a text for one place.

    Parameters
    ----------
    key
        32 bytes.
    text
        What to seal.
    *place
        Where it stands: table, column, row. Moved elsewhere it cannot be opened.

    Returns
    -------
    str
        The algorithm's prefix, a colon, and base64.
    """
    raw = text.encode() if isinstance(text, str) else text
    write, _ = _CIPHERS[_AES_SIV]
    sealed = write(key, b"\x01" + raw, _place(place))
    return f"{_AES_SIV}:{base64.b64encode(sealed).decode()}"


def unseal(key: bytes, sealed: str, *place: str) -> bytes:
    """Open what `seal` sealed for the same place.

    Raises
    ------
    SealBroken
        Another key or place, or somebody changed it.
    """
    prefix, _, body = sealed.partition(":")
    if prefix not in _CIPHERS:
        raise SealBroken(place=".".join(place[:2]))
    try:
        raw = _CIPHERS[prefix][1](key, base64.b64decode(body, validate=True), _place(place))
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise SealBroken(place=".".join(place[:2])) from error
    return raw[1:]


def unseal_text(key: bytes, sealed: str, *place: str) -> str:
    """Open a sealed text."""
    return unseal(key, sealed, *place).decode()


def index_of(key: bytes, column: str, value: str) -> str:
    """Give the keyed index of a value, by which it can be found and not be read (HMAC-SHA256)."""
    return hmac.new(key, f"{column}\x1f{value}".encode(), sha256).hexdigest()


def _place(place: tuple[str, ...]) -> list[bytes]:
    return [part.encode() for part in place] or [b"-"]

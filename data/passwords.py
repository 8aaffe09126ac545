"""Passwords: how they are hashed, checked and judged; nothing here knows an account."""

import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from data.errors import WeakPassword
from data.settings import load_settings

LEAST_CHARACTERS: Final = 12
MOST_CHARACTERS: Final = 128
FIRST_HOLDS: Final = timedelta(hours=72)
"""How long a first password can be used, once."""
STRICT_AGE: Final = timedelta(days=90)
STRICT_FORMER: Final = 5
_STRICT_CLASSES: Final = 3
_LEAST_SCORE: Final = 3
_SHORTEST_WORD: Final = 3
_YEAR: Final = re.compile(r"(?:19|20)\d\d", re.ASCII)
_CONTEXT: Final = (
    "guatuzuozhan", "guatu", "挂图", "neimenggu", "内蒙古", "neimeng", "wuhai", "乌海",
    "haibowan", "海勃湾", "hainan", "海南", "wuda", "乌达", "fupin", "扶贫", "tuopin", "脱贫",
    "zhengfu", "政府", "guanliyuan", "管理员", "admin", "mima", "密码", "kouling", "口令", "woaini",
    "我爱你", "5201314", "1314", "520", "123456",
)  # fmt: skip
"""What anybody here would try first: a password has to be hard to guess without these words."""
_FIRST_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_FIRST_GROUPS: Final = 4

_JUDGED: Final = 72
"""Characters that are judged: the judge's time grows with the length."""

_TOO_SHORT: Final = {
    "why_zh": f"至少 {LEAST_CHARACTERS} 个字符，可用几个不相干的词连成。",
    "why_en": f"use at least {LEAST_CHARACTERS} characters; several unrelated words do well.",
}
_TOO_LONG: Final = {
    "why_zh": f"最多 {MOST_CHARACTERS} 个字符。",
    "why_en": f"use at most {MOST_CHARACTERS} characters.",
}
_EASY: Final = {
    "why_zh": "太容易猜到。不要用常见口令、键盘顺序、账号名、地名或日期，请换几个不相干的词。",
    "why_en": "it is too easy to guess. Avoid common passwords, keyboard rows, the account's name, "
    "places and dates; take several unrelated words.",
}
_FEW_CLASSES: Final = {
    "why_zh": "须含大写字母、小写字母、数字、符号中的三类。",
    "why_en": "it must have three of: capitals, small letters, digits, signs.",
}
_USED_BEFORE: Final = {
    "why_zh": f"不能与最近 {STRICT_FORMER} 次用过的相同。",
    "why_en": f"it must differ from the last {STRICT_FORMER}.",
}

_HASHER: Final = PasswordHasher()
_AT_ONCE: Final = BoundedSemaphore(2)
"""A hash takes 64 MiB and a quarter of a second: more than two at once would starve the pages."""


def hash_password(password: str) -> str:
    """Hash a password (argon2id)."""
    with _AT_ONCE:
        return _HASHER.hash(_normal(password))


def is_password(stored: str | None, password: str) -> bool:
    """Tell whether a password is the stored one; without a stored one it takes just as long."""
    with _AT_ONCE:
        nobodys = _nobodys()  # made at the first try of all, whoever's that is
        try:
            _HASHER.verify(stored or nobodys, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Tell whether a hash was made with parameters of before."""
    return _HASHER.check_needs_rehash(stored)


def make_first_password() -> str:
    """Make a one-time password that can be read out over the telephone."""
    groups = (
        "".join(secrets.choice(_FIRST_ALPHABET) for _ in range(4)) for _ in range(_FIRST_GROUPS)
    )
    return "-".join(groups)


def require_strong(password: str, *, name: str, former: Sequence[str] = ()) -> None:
    """Refuse a password that is too easy to guess.

    Parameters
    ----------
    password
        The new one.
    name
        The account's name, which is no secret.
    former
        Hashes of earlier ones, newest first; under the strict rules the last five are refused.

    Raises
    ------
    WeakPassword
        It is, with advice.
    """
    password = _normal(password)  # what is hashed is what is judged
    if len(password) < LEAST_CHARACTERS:
        raise WeakPassword(**_TOO_SHORT)
    if len(password) > MOST_CHARACTERS:
        raise WeakPassword(**_TOO_LONG)
    if not _is_hard_to_guess(password, (name, *re.split(r"[._-]", name), *_CONTEXT)):
        raise WeakPassword(**_EASY)
    if is_strict():
        _require_strict(password, former)


def _is_hard_to_guess(password: str, words: Sequence[str]) -> bool:
    """Judge a password as it is, and what is left of it without years and words known to all."""
    plain = _YEAR.sub("", _normal(password).casefold())
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= _SHORTEST_WORD or not word.isascii():
            plain = plain.replace(word, "")
    return all(
        zxcvbn(judged[:_JUDGED], user_inputs=list(words))["score"] >= _LEAST_SCORE
        for judged in (plain or "-", password)
    )


def is_strict() -> bool:
    """Tell whether classes, age and former passwords count, as some inspections ask for."""
    return load_settings().password_rules != "default"  # noqa: S105 - names rules


def _require_strict(password: str, former: Sequence[str]) -> None:
    classes = (str.islower, str.isupper, str.isdigit, lambda sign: not sign.isalnum())
    if sum(any(is_in(sign) for sign in password) for is_in in classes) < _STRICT_CLASSES:
        raise WeakPassword(**_FEW_CLASSES)
    if any(is_password(stored, password) for stored in former[:STRICT_FORMER]):
        raise WeakPassword(**_USED_BEFORE)


def _normal(password: str) -> str:
    """Let the same characters typed on another keyboard be the same password."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe())

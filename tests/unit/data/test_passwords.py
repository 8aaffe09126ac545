"""Passwords: how they are hashed, which are too weak, and that nothing is told by time."""

import time
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data import passwords
from data.errors import WeakPassword
from data.passwords import (
    hash_password,
    is_password,
    make_first_password,
    needs_rehash,
    require_strong,
)
from data.settings import load_settings
from tests.unit.data.accounting import GOOD, cheap_hashes

__all__ = ["cheap_hashes"]

KNOWN = (
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    "password",
)
"""From the test program of the reference implementation of Argon2."""


@pytest.mark.row(5)
def test_a_known_vector_is_verified():
    stored, password = KNOWN
    assert is_password(stored, password)
    assert not is_password(stored, "Password")


@pytest.mark.row(5)
def test_a_hash_is_argon2id_with_parameters_in_use_today():
    stored = hash_password(GOOD)
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords._HASHER.type is Type.ID
    assert is_password(stored, GOOD)
    assert stored != hash_password(GOOD)
    assert GOOD not in stored


@pytest.mark.row(5)
def test_a_hash_of_weaker_parameters_is_to_be_made_anew():
    weaker = PasswordHasher(time_cost=1, memory_cost=1024).hash(GOOD)
    assert is_password(weaker, GOOD)
    assert needs_rehash(weaker)
    assert not needs_rehash(hash_password(GOOD))


@pytest.mark.parametrize("stored", [None, "", "x", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv"])
def test_what_is_no_hash_fits_no_password(cheap_hashes: None, stored: str | None):
    assert not is_password(stored, GOOD)


@pytest.mark.row(5)
@settings(max_examples=30, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(right=st.text(min_size=1, max_size=128), wrong=st.text(max_size=128))
def test_only_the_same_password_fits(cheap_hashes: None, right: str, wrong: str):
    stored = hash_password(right)
    assert is_password(stored, right)
    assert is_password(stored, wrong) == (passwords._normal(right) == passwords._normal(wrong))


def test_the_same_characters_from_another_keyboard_fit(cheap_hashes: None):
    stored = hash_password("ｌａｎｔｅｒｎ－１２３")
    assert is_password(stored, "lantern-123")
    assert is_password(hash_password("caf\u00e9 bleu"), "cafe\u0301 bleu")


# ── Strength ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.row(5)
@pytest.mark.parametrize(
    "password",
    [
        "", "a", "short-one-1", "a" * 12, "a" * 128, "password1234", "123456789012",
        "qwertyuiop[]", "1qaz2wsx3edc", "Passw0rd!Passw0rd!", "iloveyou1234", "abcdefghijkl",
        "2016-12-31-2016", "20161231201612", "woaini1314520", "guatu-guatu-guatu", "Wuhai2016Wuhai",
        "乌海乌海乌海乌海乌海乌海", "挂图扶贫挂图扶贫挂图扶贫", "zhang.wei.zhang", "fupinfupin2016",
        "tuopin-wuhai-12",
    ],
)  # fmt: skip
def test_what_is_easy_to_guess_is_refused(password: str):
    with pytest.raises(WeakPassword):
        require_strong(password, name="zhang.wei")


@pytest.mark.row(5)
@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery staple",
        "沙枣花开黄河边一百零八里",
        "kT9#vLq2&mXw7",
        "sparrow " * 3 + "granite-42",
    ],
)
def test_what_is_hard_to_guess_is_taken(password: str):
    require_strong(password, name="zhang.wei")


@pytest.mark.row(5)
def test_the_limits_are_12_and_128_characters():
    require_strong("vK8-pL2-xQ5w", name="zhang")
    with pytest.raises(WeakPassword, match="at least 12"):
        require_strong("vK8-pL2-xQ5", name="zhang")
    long = "lantern orbit velvet " * 6
    require_strong(long.ljust(128, "x"), name="zhang")
    with pytest.raises(WeakPassword, match="at most 128"):
        require_strong(long.ljust(129, "x"), name="zhang")


@pytest.mark.row(5)
def test_a_name_of_the_account_makes_a_password_easy():
    require_strong("ganjuurdelger-9", name="zhang")
    with pytest.raises(WeakPassword):
        require_strong("ganjuurdelger-9", name="ganjuurdelger")


@pytest.mark.row(5)
def test_a_refusal_gives_advice_in_both_languages_and_never_the_password():
    with pytest.raises(WeakPassword) as caught:
        require_strong("password1234", name="zhang")
    assert "不相干的词" in caught.value.sentence("zh-CN")
    assert "unrelated words" in caught.value.sentence("en")
    assert "password1234" not in str(caught.value) + caught.value.sentence("zh-CN")


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch, cheap_hashes: None) -> None:
    monkeypatch.setenv("GUATU_PASSWORD_RULES", "dengbao")
    load_settings.cache_clear()


@pytest.mark.row(5)
@pytest.mark.parametrize(
    ("password", "is_taken"),
    [
        ("lanternorbitvelvet", False), ("lantern orbit velvet", False),
        ("lanternorbitvelvet73", False), ("LANTERN ORBIT VELVET", False), (GOOD, True),
        ("Lantern Orbit Velvet", True), ("LanternOrbitVelvet73", True),
        ("沙枣花开黄河边一百零八里", False),
    ],
)  # fmt: skip
def test_the_strict_rules_want_three_kinds_of_characters(
    strict: None, password: str, *, is_taken: bool
):
    if is_taken:
        require_strong(password, name="zhang")
        return
    with pytest.raises(WeakPassword, match="three of"):
        require_strong(password, name="zhang")


@pytest.mark.row(5)
def test_the_default_rules_want_no_kinds_of_characters():
    require_strong("lanternorbitvelvet", name="zhang")


@pytest.mark.row(5)
def test_the_strict_rules_refuse_the_last_five(strict: None):
    used = [f"lantern-orbit-velvet-{n}{n}" for n in range(7)]
    former = [hash_password(one) for one in used]
    for one in used[:5]:
        with pytest.raises(WeakPassword, match="last 5"):
            require_strong(one, name="zhang", former=former)
    for one in used[5:]:
        require_strong(one, name="zhang", former=former)


# ── First passwords ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.row(4)
def test_first_passwords_are_strong_readable_and_never_the_same():
    made = {make_first_password() for _ in range(200)}
    assert len(made) == 200
    for one in made:
        require_strong(one, name="zhang")
        assert not set(one) & set("01ilo IO")


# ── Time ────────────────────────────────────────────────────────────────────────────────────────


def took(check: Callable[[], bool]) -> float:
    start = time.perf_counter()
    assert not check()
    return time.perf_counter() - start


@pytest.mark.row(6)
def test_no_such_account_takes_as_long_as_a_wrong_password():
    """The quickest of several rounds, measured in turn, so that a busy machine hits both alike."""
    stored = hash_password(GOOD)
    is_password(None, "warm-up")
    rounds = [
        (took(lambda: is_password(stored, "wrong")), took(lambda: is_password(None, "wrong")))
        for _ in range(9)
    ]
    wrong, unknown = (min(times) for times in zip(*rounds, strict=True))
    assert 0.5 < wrong / unknown < 2.0

"""Second factors: each code is good once, in its time, and a lost telephone is no disaster."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import WrongDataKey
from data.keys import Keys
from data.second_factors import (
    RECOVERY_CODES,
    enrolment_address,
    hash_recovery_code,
    make_recovery_codes,
    make_secret,
    match_step,
    open_secret,
    seal_secret,
    without_recovery_code,
)

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
STEP = int(NOW.timestamp()) // 30
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # noqa: S105 - RFC 6238's own, in base32
KEYS = Keys(sessions=bytes(range(32)), data=bytes(range(32, 64)))
KEY = bytes(range(64, 96))


def code(shift: int = 0) -> str:
    return pyotp.TOTP(SECRET).generate_otp(STEP + shift)


@pytest.mark.row(7)
@pytest.mark.parametrize(
    ("second", "wanted"),
    [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"),
     (2_000_000_000, "279037"), (20_000_000_000, "353130")],
)  # fmt: skip
def test_known_vectors(second: int, wanted: str):
    """RFC 6238, appendix B, the last six digits."""
    now = datetime.fromtimestamp(second, UTC)
    assert match_step(SECRET, wanted, last_step=None, now=now) == second // 30


@pytest.mark.row(7)
@pytest.mark.parametrize(
    ("shift", "fits"), [(-3, False), (-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_one_step_off(shift: int, *, fits: bool):
    step = match_step(SECRET, code(shift), last_step=None, now=NOW)
    assert step == (STEP + shift if fits else None)


@pytest.mark.row(7)
def test_a_used_code_and_any_before_it_are_refused():
    used = match_step(SECRET, code(), last_step=None, now=NOW)
    assert match_step(SECRET, code(), last_step=used, now=NOW) is None
    assert match_step(SECRET, code(-1), last_step=used, now=NOW) is None
    assert match_step(SECRET, code(1), last_step=used, now=NOW) == STEP + 1


@pytest.mark.row(7)
@given(st.text(max_size=12) | st.integers(0, 999_999).map(lambda n: f"{n:06d}"))
def test_only_three_codes_fit_at_any_time(typed: str):
    fits = match_step(SECRET, typed, last_step=None, now=NOW) is not None
    assert fits == (typed in {code(-1), code(0), code(1)})


@pytest.mark.parametrize("write", [
    lambda c: f" {c} ", lambda c: f"{c[:3]} {c[3:]}", lambda c: f"{c}\n",
    lambda c: "".join(chr(ord(digit) + 0xFEE0) for digit in c),
], ids=["blanks", "in two groups", "line end", "full width"])  # fmt: skip
def test_a_code_fits_however_it_is_typed(write: Callable[[str], str]):
    assert match_step(SECRET, write(code()), last_step=None, now=NOW) == STEP


@given(st.integers(0, 10_000))
def test_a_code_fits_for_ninety_seconds_at_most(seconds: int):
    step = match_step(SECRET, code(), last_step=None, now=NOW + timedelta(seconds=seconds))
    assert (step == STEP) == (seconds < 60)


def test_an_authenticator_reads_account_and_secret_from_the_picture():
    secret = make_secret()
    parts = urlsplit(enrolment_address("zhang", secret))
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/Guatu:zhang")
    assert parse_qs(parts.query) == {"secret": [secret], "issuer": ["Guatu"]}


@pytest.mark.row(7)
def test_secrets_have_160_bits_and_differ():
    secrets = {make_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert all(len(secret) * 5 == 160 for secret in secrets)


@pytest.mark.row(7)
@pytest.mark.row(22)
def test_a_stored_secret_is_sealed_and_bound_to_its_account():
    sealed = seal_secret(KEYS, "zhang", SECRET)
    assert SECRET not in sealed
    assert open_secret(KEYS, "zhang", sealed) == SECRET
    with pytest.raises(WrongDataKey):
        open_secret(KEYS, "li", sealed)
    with pytest.raises(WrongDataKey):
        open_secret(Keys(sessions=KEYS.sessions, data=KEY), "zhang", sealed)
    rotated = Keys(sessions=KEYS.sessions, data=KEY, former=(KEYS.data,))
    assert open_secret(rotated, "zhang", sealed) == SECRET


@pytest.mark.row(7)
def test_each_recovery_code_is_good_once():
    codes = make_recovery_codes()
    assert len(set(codes)) == len(codes) == RECOVERY_CODES == 10
    hashes = [hash_recovery_code(KEY, "zhang", one) for one in codes]
    for count, one in enumerate(codes, start=1):
        left = without_recovery_code(KEY, "zhang", f" {one.upper()} ", hashes)
        assert left is not None
        assert len(left) == RECOVERY_CODES - count
        assert without_recovery_code(KEY, "zhang", one, left) is None
        hashes = left
    assert hashes == []


@pytest.mark.row(7)
def test_a_recovery_code_is_its_accounts_own_and_stored_under_a_key():
    (one, *_others) = make_recovery_codes()
    stored = [hash_recovery_code(KEY, "zhang", one)]
    assert one not in stored[0]
    assert without_recovery_code(KEY, "li", one, stored) is None
    assert without_recovery_code(KEYS.data, "zhang", one, stored) is None

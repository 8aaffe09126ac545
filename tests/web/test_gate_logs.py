"""Logs hold no ID number, no telephone, no token, no cookie, and no query of a sign-in."""

import io
import logging
from collections.abc import Iterator

import pytest

from web.logs import BLANK, redact, redact_logs

ID_NUMBER = "110101199003078888"
TOKEN = "q3ZxJ0b7m1Yw_kP2-uT9sV4nR8cL6dE5fG0hA3iB1jK"  # noqa: S105 - made up
PERSONAL = (
    ID_NUMBER, "11010119900307888X", "110101 19900307 8888", "１１０１０１１９９００３０７８８８８",
    "13812345678", "138-1234-5678", "+86 138 1234 5678", "0473-2012345", "6222021234567890123",
)  # fmt: skip
SECRET = (
    f"Cookie: __Host-guatu={TOKEN}; other=1",
    f"Set-Cookie: __Host-guatu={TOKEN}; Path=/",
    "authorization: Basic YWRtaW46cGFzc3dvcmQ=",
    f"('sec-websocket-protocol', 'streamlit, 2|{TOKEN}, 4b1c7d1e-9f7a-4a38-9d6c-0c1f7c0c8f55')",
    "GET /sign-in?next=%2Fvillage&account=zhang3 HTTP/1.1",
    "GET /oidc/callback?code=abc&state=def HTTP/1.1",
    f"token {TOKEN} refused",
)
HARMLESS = (
    "150303104238 was not found", "2026-11-24 15:00:00,123 started", "log number 3fa94c1d",
    'File "/opt/guatu/.venv/lib/python3.11/site-packages/starlette/routing.py", line 714, in app',
    "GET /village?village=150303104238 HTTP/1.1", "697 households, 1515 persons",
)  # fmt: skip


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Give what a handler writes that knows nothing of the blanking."""
    usual = logging.getLogRecordFactory()
    redact_logs()
    kept = io.StringIO()
    handler = logging.StreamHandler(kept)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    logging.getLogger("tests.logs").addHandler(handler)
    yield kept
    logging.getLogger("tests.logs").removeHandler(handler)
    logging.setLogRecordFactory(usual)


@pytest.mark.row(26)
@pytest.mark.parametrize("text", PERSONAL)
def test_a_persons_number_is_blanked(text):
    assert redact(f"row {text} refused") == f"row {BLANK} refused"
    assert redact(f"（{text}）") == f"（{BLANK}）"


@pytest.mark.row(33)
@pytest.mark.parametrize("text", SECRET)
def test_what_opens_a_door_is_blanked(text):
    blanked = redact(text)
    assert BLANK in blanked
    for secret in (TOKEN, "YWRtaW46cGFzc3dvcmQ=", "zhang3", "code=abc", "state=def", "4b1c7d1e"):
        assert secret not in blanked


@pytest.mark.parametrize("text", HARMLESS)
def test_what_leads_to_nobody_stays(text):
    assert redact(text) == text


@pytest.mark.row(26)
def test_every_handler_gets_blanked_messages_arguments_and_exceptions(log):
    logger = logging.getLogger("tests.logs")
    logger.warning("person %s", ID_NUMBER)
    logger.warning("facts %(id)s", {"id": ID_NUMBER})
    logger.warning(ValueError(ID_NUMBER))
    error = ValueError(f"again {ID_NUMBER}")
    error.__cause__ = LookupError(ID_NUMBER)
    logger.error("failed for %s", ID_NUMBER, exc_info=error)
    text = log.getvalue()
    assert ID_NUMBER not in text
    assert text.count(BLANK) >= 5
    assert "ValueError: again" in text
    assert "LookupError" in text


def test_a_message_that_cannot_be_written_is_still_a_line(log):
    logging.getLogger("tests.logs").warning("%d of", "not a number")
    assert "%d of" in log.getvalue()


def test_the_servers_own_access_line_keeps_its_shape(log):
    record = logging.getLogger("uvicorn.access").makeRecord(
        "uvicorn.access", logging.INFO, "h11_impl.py", 1, '%s - "%s %s HTTP/%s" %d',
        ("127.0.0.1", "GET", f"/x?id={ID_NUMBER}", "1.1", 200), None,
    )  # fmt: skip
    assert len(record.args) == 5
    assert record.getMessage() == f'127.0.0.1 - "GET /x?id={BLANK} HTTP/1.1" 200'

"""Logs: what no line may hold is blanked before any handler sees it.

Exceptions carry whatever they were raised with, so their text is treated like every other. The
blanking stands where records are made: a handler that is added later, by us, by Streamlit or by
the server, gets blanked records too.
"""

import logging
import re
import traceback
from typing import Any, Final

BLANK: Final = "[…]"
_ACCESS_LOG: Final = "uvicorn.access"
"""Its formatter reads the arguments one by one, so these must stay in their places."""

_PATTERNS: Final = (
    # Whole headers first, then addresses, then what looks like a secret or a person's number.
    (
        re.compile(
            r"(?i)((?:set-)?cookie|authorization|x-xsrftoken|sec-websocket-protocol)"
            r"(['\"]?\s*[:=,]\s*)[^\r\n]+"
        ),
        rf"\1\2{BLANK}",
    ),
    (
        re.compile(
            r"((?:/sign-in|/sign-out|/new-password|/second-factor|/enrol|/oidc)[^\s?'\"]*)\?[^\s'\"]+"
        ),
        rf"\1?{BLANK}",
    ),
    (re.compile(r"(?<![\w/.-])(?=[\w+=-]*\d)[\w+=-]{32,}(?![\w/.-])"), BLANK),
    # A resident's ID number, a bank card: 15 to 19 digits, perhaps in groups. Twelve-digit codes
    # of divisions stay: they lead to a place, and to nobody.
    (re.compile(r"(?<!\d)\d(?:[ -]?\d){13,17}[ -]?[\dXxＸｘ](?!\d)"), BLANK),
    (re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"), BLANK),
    (re.compile(r"(?<!\d)0\d{2,3}[ -]\d{7,8}(?!\d)"), BLANK),
)


def redact(text: str) -> str:
    """Blank what looks like an ID number, a telephone, a token, a cookie or a sign-in's query."""
    for pattern, blank in _PATTERNS:
        text = pattern.sub(blank, text)
    return text


class RedactedRecord(logging.LogRecord):
    """A record whose message and exception are blanked when it is made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the library's own
        super().__init__(*args, **kwargs)
        if self.exc_info:
            self._flatten_exception(self.exc_info)
        if self.name == _ACCESS_LOG and isinstance(self.args, tuple):
            self.args = tuple(redact(a) if isinstance(a, str) else a for a in self.args)
            return
        try:
            message = self.getMessage()
        except (TypeError, ValueError):
            message = str(self.msg)
        self.msg, self.args = redact(message), None

    def _flatten_exception(self, info: Any) -> None:  # noqa: ANN401 - three shapes
        """Turn the exception into blanked text: a handler that formats it anew finds none."""
        if isinstance(info, tuple) and info[0] is not None:
            self.exc_text = redact("".join(traceback.format_exception(*info)).rstrip("\n"))
        self.exc_info = None


def redact_logs() -> None:
    """Let every log record of this process be blanked from now on."""
    logging.setLogRecordFactory(RedactedRecord)

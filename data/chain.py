"""Chain arithmetic: what makes a row of the audit depend on all before it, and its ends signed.

Pure: a key and the facts in, texts out. The key is the database's own for this purpose, so that
nobody who can write to the file alone makes a row that fits.
"""

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

GENESIS: Final = "0" * 64
"""What the first row of all has before it."""
BROKEN: Final = "f" * 64
"""What a row has before it that was recorded after the end had been tampered with."""
_GROUP: Final = 8
_LINE: Final = re.compile(
    r"seq=(?P<seq>\d{1,15}) at=(?P<at>\S{1,40}) deed=(?P<deed>\w{1,40}) "
    r"result=(?P<result>\w{1,10}) hash=(?P<hash>(?:[0-9a-f]{8}:){7}[0-9a-f]{8})"
)


@dataclass(frozen=True)
class Line:
    """What a line of the log says of a row."""

    seq: int
    hash: str


def hash_of(key: bytes, facts: Mapping[str, Any]) -> str:
    """Give the hash of a row: keyed, over all its facts and the hash before it."""
    plain = {k: v for k, v in facts.items() if k != "hash"} | {"at": _written(facts["at"])}
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(key, text.encode(), sha256).hexdigest()


def sign_end(key: bytes, name: str, seq: int, hash_: str) -> str:
    """Sign where the chain starts or ends, or how many rows outlast their time and which."""
    return hmac.new(key, f"end\x1f{name}\x1f{seq}\x1f{hash_}".encode(), sha256).hexdigest()


def add_to_digest(digest: str, hash_: str) -> str:
    """Take one more row's hash into a digest over several."""
    return sha256(f"{digest}\x1f{hash_}".encode()).hexdigest()


def is_same(one: str, other: str) -> bool:
    """Compare two hashes in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def write_line(facts: Mapping[str, Any]) -> str:
    """Write a row for the log: enough to notice a change, and nothing about anybody.

    The hash stands in groups, as no secret and no number of a person does: logs blank those.
    """
    hash_ = ":".join(facts["hash"][i : i + _GROUP] for i in range(0, len(GENESIS), _GROUP))
    return (
        f"seq={facts['seq']} at={_written(facts['at'])} deed={facts['deed']} "
        f"result={facts['result']} hash={hash_}"
    )


def read_line(text: str) -> Line | None:
    """Find a row in a line of a log, whatever stands before it; None if it holds none."""
    found = _LINE.search(text)
    return Line(int(found["seq"]), found["hash"].replace(":", "")) if found else None


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")

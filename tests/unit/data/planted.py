"""Where a value may be found that should be nowhere: files of a database, and copies of it."""

import base64
import sqlite3
from pathlib import Path

from tests.unit.data.tiny_world import SIZES, identity_row, members_of

IDENTITIES = [identity_row(member) for home in SIZES for member in members_of(home)]
SECRET = ("name", "id_number", "phone", "address")
PLANTED = [row[name] for row in IDENTITIES for name in SECRET]


def files_of(path: Path) -> list[Path]:
    """List a database's files: itself, its log and the log's index."""
    return [file for file in sorted(path.parent.glob(f"{path.name}*")) if file.is_file()]


def vacuum_copy(path: Path) -> Path:
    """Write the database anew, as a backup does."""
    copy = path.with_name("copy-" + path.name)
    connection = sqlite3.connect(path)
    connection.execute("VACUUM INTO ?", (str(copy),))
    connection.close()
    return copy


def found_in(paths: list[Path], values: list[str]) -> list[str]:
    """List the values that a file holds: as UTF-8, as UTF-16, or as base64."""
    content = b"".join(path.read_bytes() for path in paths)
    return [
        value
        for value in values
        if value.encode() in content
        or value.encode("utf-16-le") in content
        or base64.b64encode(value.encode())[:-4] in content
    ]

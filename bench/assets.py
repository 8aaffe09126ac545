"""Browser files the folium baselines expect from content networks, served from this machine."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from bench.servers import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).resolve().parent / "vendor"
TARGET = ROOT / "var" / "bench" / "vendor"


class _CachedFiles(SimpleHTTPRequestHandler):
    """Serve files as a content network does: to any page, cacheable for a year."""

    protocol_version = "HTTP/1.1"

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "public, max-age=31536000, immutable")
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet: the table is the output."""


def install() -> Path:
    """Install the files by their lockfile, once, and return the folder."""
    modules = TARGET / "node_modules"
    lock = TARGET / "package-lock.json"
    if modules.is_dir() and lock.read_bytes() == (SOURCE / lock.name).read_bytes():
        return modules
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(SOURCE / name, TARGET / name)
    subprocess.run(
        [_find_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=TARGET,
        env={**os.environ, "PATH": _path_with_node()},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return modules


def _path_with_node() -> str:
    """Return the search path with the node that set-up may have put into the project's venv."""
    return os.pathsep.join([str(ROOT / ".venv" / "node"), os.environ.get("PATH", os.defpath)])


def _find_npm() -> str:
    found = shutil.which("npm", path=_path_with_node())
    if found is None:
        message = "npm was not found: the folium baselines need it once, for their browser files"
        raise FileNotFoundError(message)
    return found


@contextmanager
def serving() -> Iterator[str]:
    """Serve the installed files and yield their address."""
    handler = functools.partial(_CachedFiles, directory=str(install()))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()

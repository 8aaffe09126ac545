"""nginx with TLS in front of the product, by the very file that a deployment copies."""

import ipaddress
import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.e2e.servers import ROOT, find_port, is_listening

NAME = "localhost"
EXAMPLE = ROOT / "docs" / "deploy" / "nginx.conf"
PLACES = ("nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx")
START_S = 15


@dataclass(frozen=True)
class Proxy:
    """A running nginx: the site's address, its certificate, and what it writes."""

    url: str
    plain_url: str
    certificate: Path
    folder: Path
    process: "subprocess.Popen[bytes]"

    def trust(self) -> ssl.SSLContext:
        """Give a client's trust in this certificate, and in no other."""
        return ssl.create_default_context(cafile=str(self.certificate))


def find_nginx() -> str:
    wanted = os.environ.get("GUATU_NGINX")
    path = next(filter(None, map(shutil.which, (wanted,) if wanted else PLACES)), None)
    if path is None:
        pytest.fail(
            f"No nginx ({wanted or ', '.join(PLACES)}): run `make browser`, "
            "or name one with GUATU_NGINX."
        )
    return path


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Sign a certificate for this machine by itself; give it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    names = [x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "fullchain.pem", folder / "privkey.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def render_example(folder: Path, *, app_port: int, tls_port: int, plain_port: int) -> str:
    """Change the marked lines of the example, each of which must be there."""
    text = EXAMPLE.read_text(encoding="utf-8")
    changes = {
        "server 127.0.0.1:8501;": f"server 127.0.0.1:{app_port};",
        "listen 443 ssl default_server;": f"listen 127.0.0.1:{tls_port} ssl default_server;",
        "listen 443 ssl;": f"listen 127.0.0.1:{tls_port} ssl;",
        "listen 80;": f"listen 127.0.0.1:{plain_port};",
        "server_name guatu.example.org;": f"server_name {NAME};",
        "https://guatu.example.org$request_uri": f"https://{NAME}:{tls_port}$request_uri",
        "/etc/guatu/tls/": f"{folder}/",
        "/var/log/nginx/": f"{folder}/",
    }
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    assert "example.org" not in text
    return text


@contextmanager
def running_proxy(folder: Path, *, app_port: int, tls_port: int) -> Iterator[Proxy]:
    """Start nginx with the example of the deployment; stop it at the end."""
    certificate, _key = make_certificate(folder)
    plain_port = find_port()
    site = render_example(folder, app_port=app_port, tls_port=tls_port, plain_port=plain_port)
    (folder / "guatu.conf").write_text(site, encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"    {kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    user = "" if os.getuid() else "user root;\n"  # its own account may not enter this folder
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx.log;\n"
        f"events {{}}\nhttp {{\n{temporary}    include {folder}/guatu.conf;\n}}\n",
        encoding="utf-8",
    )
    command = [find_nginx(), "-p", str(folder), "-e", f"{folder}/nginx.log",
               "-c", f"{folder}/nginx.conf"]  # fmt: skip
    process = subprocess.Popen(command)  # noqa: S603 - found above
    try:
        if not is_listening(tls_port, process, START_S):
            pytest.fail(f"nginx did not start:\n{(folder / 'nginx.log').read_text('utf-8')}")
        url, plain_url = f"https://{NAME}:{tls_port}", f"http://{NAME}:{plain_port}"
        yield Proxy(url, plain_url, certificate, folder, process)
    finally:
        process.terminate()
        process.wait(10)

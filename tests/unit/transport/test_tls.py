"""TLS is verified: an unknown authority or another host's certificate gets no byte of ours."""

import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tracekit.errors import DockingDenied
from tracekit.transport import Line

pytestmark = pytest.mark.wire


def certificate(folder: Path, names: list[x509.GeneralName]) -> tuple[Path, Path]:
    """A self-signed certificate for some names, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "platform")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    return folder / "cert.pem", folder / "key.pem"


class _Answer(BaseHTTPRequestHandler):
    seen: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(params=["127.0.0.1", "10.9.9.9"])
def platform(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Path, bool]]:
    """An HTTPS server: its address, its certificate, and whether that is for this address."""
    cert, key = certificate(tmp_path, [x509.IPAddress(ipaddress.ip_address(request.param))])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server = HTTPServer(("127.0.0.1", 0), _Answer)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    _Answer.seen.clear()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}", cert, request.param == "127.0.0.1"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_unknown_authority_is_refused(platform):
    url, _, _ = platform
    with Line(url) as line, pytest.raises(DockingDenied, match="TK-DOCK-025"):
        line.call("GET", "/v1/describe", token="secret")
    assert _Answer.seen == []


def test_a_named_authority_is_trusted_for_its_own_host_alone(platform):
    url, cert, is_own = platform
    with Line(url, ca=str(cert)) as line:
        if is_own:
            assert line.call("GET", "/v1/describe").tree() == {}
        else:
            with pytest.raises(DockingDenied, match="TK-DOCK-025"):
                line.call("GET", "/v1/describe")
    assert bool(_Answer.seen) == is_own

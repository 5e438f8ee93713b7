"""HTTPS from end to end, with a certificate of one's own; one that is not trusted is a fault of the certificate, not of the address."""

import datetime as dt
import ipaddress
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tracekit.platform.admission import free_port
from tracekit.platform.doctor import examine
from tracekit.platform.setup import load
from tracekit.store import Store

pytestmark = pytest.mark.wire


def make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "city")])
    now = dt.datetime.now(dt.UTC)
    day = dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "tls.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "tls.key").write_bytes(key.private_bytes(*form))


def states(folder: Path) -> dict[str, str]:
    return {check.code: check.state for check in examine(folder)}


def test_a_certificate_of_ones_own_is_trusted_only_where_it_is_named(town: Path, serve: Callable[..., Any]) -> None:
    city, shop = town / "city", town / "shop"
    make_certificate(city)
    config = city / "platform.toml"
    port = free_port()
    text = config.read_text().replace(f"port = {load(city).config.server.port}", f'port = {port}\ncert = "tls.pem"\nkey = "tls.key"')
    config.write_text(text)
    own = shop / "platform.toml"
    plain = load(shop).config.above
    assert plain is not None
    own.write_text(own.read_text().replace(plain.url, f"https://127.0.0.1:{port}"))
    Store.open(load(shop).store_url, create=True).close()
    serve(city, trust=city / "tls.pem")
    distrusted = states(shop)
    assert [code for code, state in distrusted.items() if state == "bad"] == ["TK-DOC-003"]
    own.write_text(own.read_text().replace("[above]", f'[above]\nca = "{city / "tls.pem"}"'))
    assert set(states(shop).values()) == {"good"}

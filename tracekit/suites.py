"""Signature suites: the built-in Ed25519 over PEM keys, and key ids.

Source: RFC 8032 (Ed25519), RFC 8410 (its PEM forms); the key id is project-defined.
"""

import base64
import hashlib
import re
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tracekit.errors import ConfigError

KEY_ID_LENGTH = 16

_PUBLIC = re.compile(r"-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----")


class Ed25519:
    """Ed25519 over PEM keys (PKCS 8 private, SubjectPublicKeyInfo public)."""

    id = "ed25519"

    def generate(self) -> tuple[str, str]:
        """Make a key pair: (private PEM, public PEM)."""
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return private.decode(), _public_pem(key)

    def public(self, private_pem: str) -> str:
        """The public PEM of a private one."""
        return _public_pem(_private(private_pem))

    def sign(self, private_pem: str, message: bytes) -> bytes:
        """Sign a message."""
        return _private(private_pem).sign(message)

    def verify(self, public_pem: str, message: bytes, signature: bytes) -> bool:
        """True if the signature is the key's over the message; never raises for bad input."""
        try:
            _public(public_pem).verify(signature, message)
        except (InvalidSignature, ConfigError):
            return False
        return True


ED25519 = Ed25519()


def key_id(public_pem: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a public key's DER; of any suite.

    Raises:
        ConfigError: not a PEM text.
    """
    found = _PUBLIC.fullmatch(public_pem.strip())
    try:
        der = base64.b64decode("".join(found[1].split()), validate=True) if found else b""
    except ValueError:
        der = b""
    if not der:
        raise ConfigError("not a public key in PEM form", code="TK-DOCK-020")
    return hashlib.sha256(der).hexdigest()[:KEY_ID_LENGTH]


def _public_pem(key: Ed25519PrivateKey) -> str:
    """Write the public half as PEM."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


@lru_cache(maxsize=256)
def _private(pem: str) -> Ed25519PrivateKey:
    """Read a private key once; the message never repeats the text, which is a secret."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError("not an Ed25519 private key in PEM form", code="TK-DOCK-020")
    return key


@lru_cache(maxsize=1024)
def _public(pem: str) -> Ed25519PublicKey:
    """Read a public key once."""
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigError("not an Ed25519 public key in PEM form", code="TK-DOCK-020")
    return key

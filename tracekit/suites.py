"""Signature suites: the built-in Ed25519 and ES256 over PEM keys, and key ids.

Source: RFC 8032 (Ed25519) and RFC 8410 (its PEM forms); RFC 7518 section 3.4 (ES256) and RFC 5480. The key id is project-defined.
"""

import base64
import hashlib
import re
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

from tracekit.errors import ConfigError

KEY_ID_LENGTH = 16

_PUBLIC = re.compile(r"-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----")
_WIDTH = 32
"""Bytes of each of the two integers of an ES256 signature."""


class Ed25519:
    """Ed25519 over PEM keys (PKCS 8 private, SubjectPublicKeyInfo public)."""

    id = "ed25519"

    def generate(self) -> tuple[str, str]:
        """Make a key pair: (private PEM, public PEM)."""
        return _pair(Ed25519PrivateKey.generate())

    def public(self, private_pem: str) -> str:
        """The public PEM of a private one."""
        return _public_pem(self._key(private_pem))

    def sign(self, private_pem: str, message: bytes) -> bytes:
        """Sign a message."""
        return self._key(private_pem).sign(message)

    def verify(self, public_pem: str, message: bytes, signature: bytes) -> bool:
        """True if the signature is the key's over the message; never raises for bad input."""
        key = _public(public_pem)
        try:
            return isinstance(key, Ed25519PublicKey) and key.verify(signature, message) is None
        except InvalidSignature:
            return False

    def _key(self, pem: str) -> Ed25519PrivateKey:
        key = _private(pem)
        if not isinstance(key, Ed25519PrivateKey):
            raise ConfigError("not an Ed25519 private key in PEM form", code="TK-DOCK-020")
        return key


class Es256:
    """ECDSA over P-256 with SHA-256; a signature is r and s, 32 bytes each, as JOSE has it (the openssl command writes DER)."""

    id = "es256"

    def generate(self) -> tuple[str, str]:
        """Make a key pair: (private PEM, public PEM)."""
        return _pair(ec.generate_private_key(ec.SECP256R1()))

    def public(self, private_pem: str) -> str:
        """The public PEM of a private one."""
        return _public_pem(self._key(private_pem))

    def sign(self, private_pem: str, message: bytes) -> bytes:
        """Sign a message."""
        made = utils.decode_dss_signature(self._key(private_pem).sign(message, ec.ECDSA(hashes.SHA256())))
        return b"".join(number.to_bytes(_WIDTH, "big") for number in made)

    def verify(self, public_pem: str, message: bytes, signature: bytes) -> bool:
        """True if the signature is the key's over the message; never raises for bad input."""
        key = _public(public_pem)
        if not (isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1) and len(signature) == 2 * _WIDTH):
            return False
        numbers = (int.from_bytes(half, "big") for half in (signature[:_WIDTH], signature[_WIDTH:]))
        try:
            key.verify(utils.encode_dss_signature(*numbers), message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True

    def _key(self, pem: str) -> ec.EllipticCurvePrivateKey:
        key = _private(pem)
        if not (isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)):
            raise ConfigError("not a P-256 private key in PEM form", code="TK-DOCK-020")
        return key


ED25519 = Ed25519()
ES256 = Es256()
BUILT_IN = (ED25519, ES256)


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


def _pair(key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> tuple[str, str]:
    """Both halves as PEM."""
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private.decode(), _public_pem(key)


def _public_pem(key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> str:
    """Write the public half as PEM."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


@lru_cache(maxsize=256)
def _private(pem: str) -> PrivateKeyTypes | None:
    """Read a private key once; none if it is none, and no message repeats the text, which is a secret."""
    try:
        return serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


@lru_cache(maxsize=1024)
def _public(pem: str) -> PublicKeyTypes | None:
    """Read a public key once; none if it is none."""
    try:
        return serialization.load_pem_public_key(pem.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None

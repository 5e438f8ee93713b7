"""SM2 by `tongsuopy`, which brings its own library: for systems whose OpenSSL is older than 3 or was built without SM2."""

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any

SIGNER_ID = b"1234567812345678"
"""The only one that tongsuopy signs with."""


class Tongsuo:
    """SM2 by tongsuopy.

    Raises:
        ImportError: it is not installed.
    """

    name = "tongsuopy"

    def __init__(self) -> None:
        # typed as Any: an extra that need not be installed where types are checked
        self._ec: Any = import_module("tongsuopy.crypto.asymciphers.ec")
        self._pem: Any = import_module("tongsuopy.crypto.serialization")
        faults: Any = import_module("tongsuopy.crypto.exceptions")
        self._faults = (faults.InvalidSignature, faults.UnsupportedAlgorithm, faults.InternalError, ValueError, TypeError)
        self._algorithm = self._ec.ECDSA(import_module("tongsuopy.crypto.hashes").SM3())
        self._private = lru_cache(maxsize=256)(self._read_private)
        self._public = lru_cache(maxsize=1024)(self._read_public)

    def generate(self) -> tuple[str, str]:
        """Make a key pair: (private PEM, public PEM)."""
        key = self._ec.generate_private_key(self._ec.SM2())
        private = key.private_bytes(self._pem.Encoding.PEM, self._pem.PrivateFormat.PKCS8, self._pem.NoEncryption())
        return private.decode(), self._public_pem(key)

    def public(self, private_pem: str) -> str:
        """The public PEM of a private one."""
        return self._public_pem(self._private(private_pem))

    def sign(self, private_pem: str, signer_id: bytes, message: bytes) -> bytes:
        """The DER of a signature."""
        _see(signer_id)
        return self._private(private_pem).sign(message, self._algorithm)

    def verify(self, public_pem: str, signer_id: bytes, message: bytes, signature: bytes) -> bool:
        """True if the signature is the key's over the message."""
        _see(signer_id)
        key = self._public(public_pem)
        try:
            key.verify(signature, message, self._algorithm)
        except self._faults:
            return False
        return True

    def _read_private(self, pem: str) -> Any:
        return self._read(lambda: self._pem.load_pem_private_key(pem.encode(), None))

    def _read_public(self, pem: str) -> Any:
        return self._read(lambda: self._pem.load_pem_public_key(pem.encode()))

    def _read(self, load: Callable[[], Any]) -> Any:
        try:
            key = load()
        except self._faults:
            key = None
        if getattr(getattr(key, "curve", None), "name", "") != self._ec.SM2.name:
            raise ValueError("no key of SM2")
        return key

    def _public_pem(self, key: Any) -> str:
        form = self._pem.PublicFormat.SubjectPublicKeyInfo
        return key.public_key().public_bytes(self._pem.Encoding.PEM, form).decode()


def _see(signer_id: bytes) -> None:
    if signer_id != SIGNER_ID:
        raise ValueError("tongsuopy knows the standard's signer id alone")

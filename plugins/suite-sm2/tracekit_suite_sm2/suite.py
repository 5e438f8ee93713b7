"""The suite `sm2`: SM2 signatures over SM3 digests, over PEM keys.

Source: GB/T 32918.2-2016 (GM/T 0003.2) with the curve and the vector of GB/T 32918.5-2017; GB/T 35276-2017 (GM/T 0009) for the default
signer id. A signature is the DER of SEQUENCE { r INTEGER, s INTEGER } (GM/T 0009), which is also what the openssl command reads and writes.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol, TypeVar

from tracekit.errors import ConfigError, PluginError
from tracekit_suite_sm2.libcrypto import PLACES, Libcrypto
from tracekit_suite_sm2.tongsuo import Tongsuo

Made = TypeVar("Made")

SIGNER_ID = b"1234567812345678"
"""What signs where the parties agreed on nothing else."""


class Library(Protocol):
    """A cryptographic library: a key that is none of SM2 in PEM form is a `ValueError`."""

    name: str

    def generate(self) -> tuple[str, str]:
        """Make a key pair: (private PEM, public PEM)."""
        ...

    def public(self, private_pem: str) -> str:
        """The public PEM of a private one."""
        ...

    def sign(self, private_pem: str, signer_id: bytes, message: bytes) -> bytes:
        """The DER of a signature."""
        ...

    def verify(self, public_pem: str, signer_id: bytes, message: bytes, signature: bytes) -> bool:
        """True if the signature is the key's over the message."""
        ...


class Sm2:
    """SM2 with SM3 over PEM keys (PKCS 8 private, SubjectPublicKeyInfo public); signatures in DER.

    Args:
        library: what computes.
        signer_id: both sides must have agreed on another one, and then need a suite id of their own.
        suite_id: the name under which packages and receipts carry the signature.
    """

    def __init__(self, library: Library, *, signer_id: bytes = SIGNER_ID, suite_id: str = "sm2") -> None:
        self.id = suite_id
        self._library = library
        self._signer_id = signer_id

    def __repr__(self) -> str:
        return f"Sm2({self.id!r}, {self._library.name})"

    def generate(self) -> tuple[str, str]:
        """Make a key pair: (private PEM, public PEM)."""
        return self._library.generate()

    def public(self, private_pem: str) -> str:
        """The public PEM of a private one.

        Raises:
            ConfigError: not a private key of SM2.
        """
        return _with_key(lambda: self._library.public(private_pem))

    def sign(self, private_pem: str, message: bytes) -> bytes:
        """Sign a message.

        Raises:
            ConfigError: not a private key of SM2.
        """
        return _with_key(lambda: self._library.sign(private_pem, self._signer_id, message))

    def verify(self, public_pem: str, message: bytes, signature: bytes) -> bool:
        """True if the signature is the key's over the message; never raises for bad input."""
        try:
            return self._library.verify(public_pem, self._signer_id, message, signature)
        except ValueError:
            return False


# GB/T 32918.5-2017 annex A (GM/T 0003.5-2012 annex A): the public key, the message, and the signature of the example
VECTOR = (
    (
        "-----BEGIN PUBLIC KEY-----\n"
        "MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAECfnfMR5UIaFQ3X0WHkvFxnIXn60Y\n"
        "M/wHa7CP81bzUCDM6kkM4md1pS3G6nGMwapgCu0F+/NeCEpmMvYHLamtEw==\n"
        "-----END PUBLIC KEY-----\n"
    ),
    SIGNER_ID,
    b"message digest",
    bytes.fromhex(
        "3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
        "022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
    ),
)

LIBRARIES: tuple[Callable[[], Library], ...] = (*(partial(Libcrypto, place) for place in PLACES), Tongsuo)
"""The system's libcrypto before tongsuopy."""


def open_library(libraries: Iterable[Callable[[], Library]] = LIBRARIES) -> Library:
    """The first library that is here and verifies the standard's example.

    Raises:
        PluginError: there is none; the reason of each is told.
    """
    reasons: list[str] = []
    for opened in libraries:
        try:
            library = opened()
            if library.verify(*VECTOR):
                return library
            reasons.append(f"{library.name}: the example of GB/T 32918.5 annex A does not verify")
        except (OSError, AttributeError, ImportError, ValueError) as error:
            reasons.append(str(error))
    reason = "; ".join(dict.fromkeys(reasons))
    raise PluginError(f"no library for SM2: {reason}", code="TK-PLG-006", params={"suite": "sm2", "reason": reason})


def _with_key(work: Callable[[], Made]) -> Made:
    """Do what needs a private key; the message never repeats the text, which is a secret."""
    try:
        return work()
    except ValueError:
        raise ConfigError("not an SM2 private key in PEM form", code="TK-DOCK-020") from None

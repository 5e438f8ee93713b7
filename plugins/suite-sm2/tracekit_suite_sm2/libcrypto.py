"""SM2 by the libcrypto of OpenSSL 3, called through ctypes: nothing is compiled, nothing is installed.

Source: EVP_DigestSignInit(3), EVP_PKEY-SM2(7), PEM_read_bio_PrivateKey(3) of OpenSSL 3. Keys are read-only after they were read and
a call makes its own contexts, so threads share nothing that changes.
"""

import _hashlib
import ctypes
from collections.abc import Callable, Generator
from contextlib import contextmanager
from ctypes import POINTER, c_char_p, c_int, c_size_t, c_void_p
from functools import lru_cache
from typing import Any

PLACES = (
    getattr(_hashlib, "__file__", ""),
    "libcrypto.so.3",
    "libcrypto.3.dylib",
    "libcrypto-3-x64.dll",
    "libcrypto-3-arm64.dll",
    "libcrypto-3.dll",
)
"""Where to look, in order: the libcrypto that Python's own hashlib is linked with, then by the names that systems give it."""

_PEM_READ = (c_void_p, c_void_p, c_void_p, c_void_p, c_char_p)
_INIT = (c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
_PROTOTYPES: dict[str, tuple[Any, ...]] = {
    "BIO_new": (c_void_p, c_void_p),
    "BIO_new_mem_buf": (c_void_p, c_char_p, c_int),
    "BIO_s_mem": (c_void_p,),
    "BIO_ctrl_pending": (c_size_t, c_void_p),
    "BIO_read": (c_int, c_void_p, c_char_p, c_int),
    "BIO_free": (c_int, c_void_p),
    "ERR_clear_error": (None,),
    "EVP_DigestSign": (c_int, c_void_p, c_char_p, POINTER(c_size_t), c_char_p, c_size_t),
    "EVP_DigestSignInit": _INIT,
    "EVP_DigestVerify": (c_int, c_void_p, c_char_p, c_size_t, c_char_p, c_size_t),
    "EVP_DigestVerifyInit": _INIT,
    "EVP_MD_CTX_new": (c_void_p,),
    "EVP_MD_CTX_set_pkey_ctx": (None, c_void_p, c_void_p),
    "EVP_MD_CTX_free": (None, c_void_p),
    "EVP_PKEY_CTX_new_from_pkey": (c_void_p, c_void_p, c_void_p, c_void_p),
    "EVP_PKEY_CTX_set1_id": (c_int, c_void_p, c_char_p, c_int),
    "EVP_PKEY_CTX_free": (None, c_void_p),
    "EVP_PKEY_Q_keygen": (c_void_p, c_void_p, c_void_p, c_char_p),
    "EVP_PKEY_is_a": (c_int, c_void_p, c_char_p),
    "EVP_PKEY_free": (None, c_void_p),
    "EVP_sm3": (c_void_p,),
    "PEM_read_bio_PUBKEY": _PEM_READ,
    "PEM_read_bio_PrivateKey": _PEM_READ,
    "PEM_write_bio_PUBKEY": (c_int, c_void_p, c_void_p),
    "PEM_write_bio_PKCS8PrivateKey": (c_int, c_void_p, c_void_p, c_void_p, c_char_p, c_int, c_void_p, c_void_p),
}
"""Function → result, then arguments."""

SIGNATURE_BYTES = 80
"""More than the DER of two 32-byte integers takes (72)."""


class _Key:
    """An `EVP_PKEY`, freed with its last reference."""

    def __init__(self, pointer: int, free: Callable[[int], None]) -> None:
        self.pointer = pointer
        self._free = free

    def __del__(self) -> None:
        self._free(self.pointer)


class Libcrypto:
    """SM2 by one libcrypto.

    Args:
        place: a file or a library's name.

    Raises:
        OSError: it is not there.
        AttributeError: it is older than OpenSSL 3.
    """

    def __init__(self, place: str) -> None:
        if not place:
            raise OSError("Python's hashlib is no file of its own")
        self.name = f"libcrypto ({place})"
        # PyDLL keeps the interpreter's lock: a signature takes half a millisecond, and giving the lock back at each of its
        # calls makes them wait for busy threads (25 to 500 verifications a second beside one such thread, against 700 to 950)
        self._c = ctypes.PyDLL(place)
        for name, (result, *arguments) in _PROTOTYPES.items():
            function = self._c[name]
            function.restype, function.argtypes = result, arguments
            setattr(self._c, name, function)
        self._private = lru_cache(maxsize=256)(self._read_private)
        self._public = lru_cache(maxsize=1024)(self._read_public)

    def generate(self) -> tuple[str, str]:
        """Make a key pair: (private PEM, public PEM)."""
        key = self._own(self._c.EVP_PKEY_Q_keygen(None, None, b"SM2"))
        private = self._written(lambda bio: self._c.PEM_write_bio_PKCS8PrivateKey(bio, key.pointer, None, None, 0, None, None))
        return private, self._public_pem(key)

    def public(self, private_pem: str) -> str:
        """The public PEM of a private one."""
        return self._public_pem(self._private(private_pem))

    def sign(self, private_pem: str, signer_id: bytes, message: bytes) -> bytes:
        """The DER of a signature."""
        key, length = self._private(private_pem), c_size_t(SIGNATURE_BYTES)
        made = ctypes.create_string_buffer(SIGNATURE_BYTES)
        with self._context(key, signer_id) as context:
            ready = self._c.EVP_DigestSignInit(context, None, self._c.EVP_sm3(), None, key.pointer) == 1
            if not ready or self._c.EVP_DigestSign(context, made, length, message, len(message)) != 1:
                raise ValueError("the key does not sign")
        return made.raw[: length.value]

    def verify(self, public_pem: str, signer_id: bytes, message: bytes, signature: bytes) -> bool:
        """True if the signature is the key's over the message."""
        key = self._public(public_pem)
        with self._context(key, signer_id) as context:
            ready = self._c.EVP_DigestVerifyInit(context, None, self._c.EVP_sm3(), None, key.pointer) == 1
            return ready and self._c.EVP_DigestVerify(context, signature, len(signature), message, len(message)) == 1

    @contextmanager
    def _context(self, key: _Key, signer_id: bytes) -> Generator[int]:
        """A digest context that knows the signer's id."""
        digest, pkey = self._c.EVP_MD_CTX_new(), self._c.EVP_PKEY_CTX_new_from_pkey(None, key.pointer, None)
        try:
            if self._c.EVP_PKEY_CTX_set1_id(pkey, signer_id, len(signer_id)) != 1:
                raise ValueError("the library takes no signer id")
            self._c.EVP_MD_CTX_set_pkey_ctx(digest, pkey)
            yield digest
        finally:
            self._c.EVP_MD_CTX_free(digest)
            self._c.EVP_PKEY_CTX_free(pkey)
            # Python's ssl shares this library and its queue of errors: what is left there would be told as a fault of a connection
            self._c.ERR_clear_error()

    def _read_private(self, pem: str) -> _Key:
        return self._read(pem, self._c.PEM_read_bio_PrivateKey)

    def _read_public(self, pem: str) -> _Key:
        return self._read(pem, self._c.PEM_read_bio_PUBKEY)

    def _read(self, pem: str, read: Callable[..., int | None]) -> _Key:
        """A key from its PEM. The empty passphrase is given, because the library would ask for one at the terminal."""
        data = pem.encode()
        bio = self._c.BIO_new_mem_buf(data, len(data))
        try:
            return self._own(read(bio, None, None, b""))
        finally:
            self._c.BIO_free(bio)
            self._c.ERR_clear_error()

    def _own(self, pointer: int | None) -> _Key:
        """A key that was made or read, if it is one of SM2."""
        if not pointer:
            raise ValueError("no key")
        key = _Key(pointer, self._c.EVP_PKEY_free)
        if self._c.EVP_PKEY_is_a(pointer, b"SM2") != 1:
            raise ValueError("a key of another algorithm")
        return key

    def _public_pem(self, key: _Key) -> str:
        return self._written(lambda bio: self._c.PEM_write_bio_PUBKEY(bio, key.pointer))

    def _written(self, write: Callable[[int], int]) -> str:
        """The text that a function of the library writes."""
        bio = self._c.BIO_new(self._c.BIO_s_mem())
        try:
            if write(bio) != 1:
                raise ValueError("the key cannot be written")
            buffer = ctypes.create_string_buffer(self._c.BIO_ctrl_pending(bio))
            self._c.BIO_read(bio, buffer, len(buffer))
            return buffer.raw.decode()
        finally:
            self._c.BIO_free(bio)
            self._c.ERR_clear_error()

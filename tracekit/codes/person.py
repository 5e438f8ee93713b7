"""个人保护标识, what stands for a natural person: a salted hash of the identity number, 64 hexadecimal digits.

The identity number itself never is a ref. `protect` makes the hash; the salt is the secret of whoever files the
person, so equal numbers of one issuer meet and nobody else can try numbers out.

Source: design section 5; project-defined.

>>> token = protect("11010519491231002X", b"a secret of the issuer")
>>> validate(token) == token
True
>>> is_valid("11010519491231002X")
False
"""

import hashlib
import hmac

from tracekit.codes._form import DIGITS, check_all, check_one, form, no_registry, no_registry_batch, settle
from tracekit.codes._text import clean, tidy

SCHEME = "person"
NAME_ZH = "个人保护标识"
NAME_EN = "Protected personal id"
SOURCE = "tracekit design; section 5; project-defined"
PATTERN = "[0-9a-f]{64}"

_FORM = form((DIGITS + "abcdef",) * 64)

registry, registry_batch = no_registry, no_registry_batch


def protect(number: str, secret: bytes) -> str:
    """HMAC-SHA256 of a cleaned identity number under the issuer's secret."""
    return hmac.new(secret, clean(number).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def compact(value: str) -> str:
    """Full-width to ASCII, no blanks; case stays, for the hash is written in lower case."""
    return tidy(value)


def validate(value: str) -> str:
    """Return the compact form, or raise `InvalidFormat`; the message does not repeat the value."""
    value = compact(value)
    return settle(SCHEME, value, check_one(_FORM, value), PATTERN, masked=True)


def is_valid(value: str) -> bool:
    """Answer yes or no."""
    return check_one(_FORM, compact(value)) is None


def parse(value: str) -> dict[str, str]:
    """The hash alone; raises like `validate`."""
    return {"hash": validate(value)}


def check_batch(values: list[str]) -> list[str | None]:
    """For each compact value a finding code or None."""
    return check_all({64: _FORM}, values)

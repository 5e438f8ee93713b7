"""The built-in signature suite and key ids."""

import base64
import hashlib
import shutil
import subprocess

import pytest

from tracekit.errors import ConfigError
from tracekit.suites import ED25519, key_id

# RFC 8410 section 10.3 and 10.1: the example keys
PRIVATE = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n"
PUBLIC = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n"


def test_the_public_key_of_the_rfc_follows_from_its_private_one():
    assert ED25519.public(PRIVATE) == PUBLIC


def test_a_signature_holds_for_its_message_and_key_alone():
    private, public = ED25519.generate()
    made = ED25519.sign(private, b"message")
    assert ED25519.verify(public, b"message", made)
    assert not ED25519.verify(public, b"massage", made)
    assert not ED25519.verify(PUBLIC, b"message", made)
    assert not ED25519.verify(public, b"message", made[:-1])
    assert made == ED25519.sign(private, b"message")


@pytest.mark.parametrize("public", ["", "not a key", PRIVATE, PUBLIC.replace("MCow", "MCoX")])
def test_verify_never_raises(public):
    assert ED25519.verify(public, b"m", b"") is False


@pytest.mark.parametrize("private", ["", "s3cret text", PUBLIC, PRIVATE[:60]])
def test_a_bad_private_key_is_told_without_its_text(private):
    with pytest.raises(ConfigError) as caught:
        ED25519.sign(private, b"m")
    assert caught.value.code == "TK-DOCK-020"
    assert "s3cret" not in str(caught.value)


def test_the_key_id_is_of_the_der_whatever_the_line_ends():
    der = base64.b64decode("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=")
    assert key_id(PUBLIC) == key_id(PUBLIC.replace("\n", "\r\n")) == hashlib.sha256(der).hexdigest()[:16]


@pytest.mark.parametrize("text", ["", "x", PRIVATE, "-----BEGIN PUBLIC KEY-----\n====\n-----END PUBLIC KEY-----"])
def test_a_key_id_needs_a_public_key(text):
    with pytest.raises(ConfigError):
        key_id(text)


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is the oracle here")
def test_openssl_agrees(tmp_path):
    private, public = ED25519.generate()
    for name, text in {"key": private, "pub": public}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "message").write_bytes("规范 JSON".encode())
    ours = ED25519.sign(private, (tmp_path / "message").read_bytes())
    sign = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", "key", "-in", "message"]
    assert subprocess.run(sign, cwd=tmp_path, capture_output=True, check=True).stdout == ours
    der = ["openssl", "pkey", "-pubin", "-in", "pub", "-outform", "DER"]
    made = subprocess.run(der, cwd=tmp_path, capture_output=True, check=True).stdout
    assert hashlib.sha256(made).hexdigest()[:16] == key_id(public)

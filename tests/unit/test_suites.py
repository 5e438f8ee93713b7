"""The built-in signature suites and key ids."""

import base64
import hashlib
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import utils

from tracekit import loader
from tracekit.errors import ConfigError, PluginError
from tracekit.suites import BUILT_IN, ED25519, ES256, key_id

# RFC 8410 section 10.3 and 10.1: the example keys
PRIVATE = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n"
PUBLIC = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n"

# RFC 7515 appendix A.3: an ES256 signature by a key with these coordinates
X, Y = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
SIGNED = b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
SIGNATURE = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"

each_suite = pytest.mark.parametrize("suite", BUILT_IN, ids=lambda one: one.id)


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_public_key_of_the_rfc_follows_from_its_private_one():
    assert ED25519.public(PRIVATE) == PUBLIC


def test_the_es256_signature_of_the_rfc_holds():
    der = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004") + unpadded(X) + unpadded(Y)
    public = f"-----BEGIN PUBLIC KEY-----\n{base64.b64encode(der).decode()}\n-----END PUBLIC KEY-----\n"
    assert ES256.verify(public, SIGNED, unpadded(SIGNATURE))
    assert not ES256.verify(public, SIGNED + b"A", unpadded(SIGNATURE))


@each_suite
def test_a_signature_holds_for_its_message_and_key_alone(suite):
    private, public = suite.generate()
    made = suite.sign(private, b"message")
    assert suite.public(private) == public
    assert len(made) == 64
    assert suite.verify(public, b"message", made)
    assert not suite.verify(public, b"massage", made)
    assert not suite.verify(suite.generate()[1], b"message", made)
    assert not suite.verify(public, b"message", made[:-1])
    assert not suite.verify(public, b"message", made + b"\0")
    assert not suite.verify(public, b"message", bytes(64))


def test_a_suite_takes_no_key_of_another():
    private, public = ED25519.generate()
    assert not ES256.verify(public, b"m", ED25519.sign(private, b"m"))
    with pytest.raises(ConfigError):
        ES256.sign(private, b"m")
    private, public = ES256.generate()
    assert not ED25519.verify(public, b"m", ES256.sign(private, b"m"))
    with pytest.raises(ConfigError):
        ED25519.sign(private, b"m")


@each_suite
@pytest.mark.parametrize("public", ["", "not a key", PRIVATE, PUBLIC.replace("MCow", "MCoX"), "\ud800", "\0"])
def test_verify_never_raises(suite, public):
    assert suite.verify(public, b"m", b"") is False
    assert suite.verify(public, b"m", bytes(64)) is False


@each_suite
@pytest.mark.parametrize("private", ["", "s3cret text", PUBLIC, PRIVATE[:60]])
def test_a_bad_private_key_is_told_without_its_text(suite, private):
    for work in (suite.public, lambda pem: suite.sign(pem, b"m")):
        with pytest.raises(ConfigError) as caught:
            work(private)
        assert caught.value.code == "TK-DOCK-020"
        assert "s3cret" not in str(caught.value)


def test_the_key_id_is_of_the_der_whatever_the_line_ends():
    der = base64.b64decode("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=")
    assert key_id(PUBLIC) == key_id(PUBLIC.replace("\n", "\r\n")) == hashlib.sha256(der).hexdigest()[:16]


@pytest.mark.parametrize("text", ["", "x", PRIVATE, "-----BEGIN PUBLIC KEY-----\n====\n-----END PUBLIC KEY-----"])
def test_a_key_id_needs_a_public_key(text):
    with pytest.raises(ConfigError):
        key_id(text)


def openssl(folder, *arguments):
    """What the openssl command answers; it is the oracle here, so a machine without it fails and does not skip."""
    assert shutil.which("openssl"), "this test needs the openssl command"
    return subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=True).stdout


def test_openssl_agrees(tmp_path):
    private, public = ED25519.generate()
    for name, text in {"key": private, "pub": public}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "message").write_bytes("规范 JSON".encode())
    ours = ED25519.sign(private, (tmp_path / "message").read_bytes())
    assert openssl(tmp_path, "pkeyutl", "-sign", "-rawin", "-inkey", "key", "-in", "message") == ours
    der = openssl(tmp_path, "pkey", "-pubin", "-in", "pub", "-outform", "DER")
    assert hashlib.sha256(der).hexdigest()[:16] == key_id(public)


def test_openssl_and_es256_agree_both_ways(tmp_path):
    private, public = ES256.generate()
    for name, text in {"key": private, "pub": public, "message": "规范 JSON"}.items():
        (tmp_path / name).write_text(text, "utf-8")
    message = (tmp_path / "message").read_bytes()
    numbers = utils.decode_dss_signature(openssl(tmp_path, "dgst", "-sha256", "-sign", "key", "message"))
    assert ES256.verify(public, message, b"".join(number.to_bytes(32, "big") for number in numbers))
    made = ES256.sign(private, message)
    (tmp_path / "der").write_bytes(utils.encode_dss_signature(int.from_bytes(made[:32], "big"), int.from_bytes(made[32:], "big")))
    assert openssl(tmp_path, "dgst", "-sha256", "-verify", "pub", "-signature", "der", "message") == b"Verified OK\n"


def test_a_suite_that_is_not_installed_is_told_with_those_that_are():
    assert loader.suite_of("es256") is ES256
    with pytest.raises(PluginError) as caught:
        loader.suite_of("rot13")
    assert caught.value.code == "TK-PLG-007"
    assert caught.value.params["known"].startswith("ed25519, es256")

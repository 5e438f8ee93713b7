"""SM2: the standard's example, both directions against the openssl command, and bad input from every side."""

import _ctypes
import random
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from shutil import which

import pytest
from tracekit_suite_sm2.libcrypto import Libcrypto
from tracekit_suite_sm2.suite import LIBRARIES, VECTOR, Library, Sm2, open_library
from tracekit_suite_sm2.tongsuo import Tongsuo

from tracekit import loader
from tracekit.errors import ConfigError, PluginError
from tracekit.suites import ED25519, ES256, key_id

# GB/T 32918.5-2017 annex A (GM/T 0003.5-2012 annex A): private key and signature of the example
D = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"
R = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
S = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
MESSAGE = "规范 JSON".encode()


def _opened(library: Callable[[], Library]) -> Library | None:
    try:
        return library()
    except (OSError, ImportError, AttributeError):
        return None


HERE = {one.name: one for one in map(_opened, LIBRARIES) if one}
"""Every library that this machine has; tongsuopy, an extra, only where it is installed."""


def test_a_libcrypto_is_here():
    assert any(isinstance(one, Libcrypto) for one in HERE.values())


@pytest.fixture(params=sorted(HERE))
def suite(request) -> Sm2:
    """The suite over each library that this machine has."""
    return Sm2(HERE[request.param])


@pytest.fixture
def openssl(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """The openssl command in a folder; a machine without it fails, nothing is skipped."""
    assert which("openssl"), "this test needs the openssl command"
    return lambda *arguments: subprocess.run(["openssl", *arguments], cwd=tmp_path, capture_output=True, check=False)


RAW = ("-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678")


def test_the_example_of_the_standard(suite, tmp_path, openssl):
    public, _, message, signature = VECTOR
    assert signature.hex() == f"3046022100{R}022100{S}"
    assert suite.verify(public, message, signature)
    for place in range(len(signature)):
        altered = bytes(byte ^ (at == place) for at, byte in enumerate(signature))
        assert not suite.verify(public, message, altered)
    assert not suite.verify(public, message + b".", signature)
    # the private key as openssl reads it from RFC 5915's shortest form
    (tmp_path / "d.der").write_bytes(bytes.fromhex(f"30310201010420{D}a00a06082a811ccf5501822d"))
    private = openssl("pkey", "-inform", "DER", "-in", "d.der").stdout.decode()
    assert suite.public(private) == public
    assert suite.verify(public, MESSAGE, suite.sign(private, MESSAGE))


def test_a_signature_holds_for_its_message_and_key_alone(suite):
    private, public = suite.generate()
    assert suite.public(private) == public
    first, second = suite.sign(private, MESSAGE), suite.sign(private, MESSAGE)
    assert first != second
    assert suite.verify(public, MESSAGE, first)
    assert suite.verify(public, MESSAGE, second)
    assert not suite.verify(public, MESSAGE[:-1], first)
    assert not suite.verify(suite.generate()[1], MESSAGE, first)
    for wrong in (b"", first[:-1], first + b"\0", b"\0" * 64, bytes(100_000)):
        assert not suite.verify(public, MESSAGE, wrong)
    assert suite.verify(public, b"", suite.sign(private, b""))


def test_openssl_verifies_what_we_sign(suite, tmp_path, openssl):
    private, public = suite.generate()
    (tmp_path / "public.pem").write_text(public)
    (tmp_path / "message").write_bytes(MESSAGE)
    (tmp_path / "signature").write_bytes(suite.sign(private, MESSAGE))
    verify = ("pkeyutl", "-verify", *RAW, "-pubin", "-inkey", "public.pem", "-in", "message", "-sigfile", "signature")
    assert openssl(*verify).stdout == b"Signature Verified Successfully\n"
    (tmp_path / "message").write_bytes(MESSAGE + b".")
    assert openssl(*verify).returncode != 0


def test_we_verify_what_openssl_signs(suite, tmp_path, openssl):
    made = openssl("genpkey", "-algorithm", "sm2", "-out", "private.pem")
    assert made.returncode == 0, made.stderr
    (tmp_path / "message").write_bytes(MESSAGE)
    public = openssl("pkey", "-in", "private.pem", "-pubout").stdout.decode()
    signature = openssl("pkeyutl", "-sign", *RAW, "-inkey", "private.pem", "-in", "message").stdout
    assert suite.public((tmp_path / "private.pem").read_text()) == public
    assert suite.verify(public, MESSAGE, signature)
    assert not suite.verify(public, MESSAGE + b".", signature)
    der = openssl("pkey", "-in", "private.pem", "-pubout", "-outform", "DER")
    (tmp_path / "public.der").write_bytes(der.stdout)
    assert openssl("dgst", "-sha256", "-r", "public.der").stdout.decode()[:16] == key_id(public)


def test_another_signer_id_is_another_signature(suite, tmp_path, openssl):
    if suite._library.name == Tongsuo.name:
        with pytest.raises(ConfigError):
            Sm2(suite._library, signer_id=b"370600").sign(suite.generate()[0], MESSAGE)
        return
    private, public = suite.generate()
    other = Sm2(suite._library, signer_id=b"370600", suite_id="sm2-370600")
    signature = other.sign(private, MESSAGE)
    assert other.verify(public, MESSAGE, signature)
    assert not suite.verify(public, MESSAGE, signature)
    for name, content in {"public.pem": public.encode(), "message": MESSAGE, "signature": signature}.items():
        (tmp_path / name).write_bytes(content)
    verify = ("pkeyutl", "-verify", *RAW[:3], "-pkeyopt", "distid:370600", "-pubin", "-inkey", "public.pem", "-in", "message")
    assert openssl(*verify, "-sigfile", "signature").returncode == 0


def test_a_key_of_another_algorithm_is_no_key(suite, openssl):
    for private, public in (ED25519.generate(), ES256.generate()):
        assert not suite.verify(public, MESSAGE, suite.sign(suite.generate()[0], MESSAGE))
        with pytest.raises(ConfigError):
            suite.sign(private, MESSAGE)
    private, public = suite.generate()
    assert not ES256.verify(public, MESSAGE, bytes(64))
    with pytest.raises(ConfigError):
        ES256.sign(private, MESSAGE)


@pytest.mark.parametrize("text", ["", "s3cret text", "-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----\n", "\ud800", "\0"])
def test_a_bad_private_key_is_told_without_its_text(suite, text):
    for work in (suite.public, lambda pem: suite.sign(pem, MESSAGE)):
        with pytest.raises(ConfigError) as caught:
            work(text)
        assert caught.value.code == "TK-DOCK-020"
        assert "s3cret" not in f"{caught.value} {caught.value.__context__}"


def test_an_encrypted_key_is_refused_and_nobody_is_asked_for_its_passphrase(suite, openssl):
    made = openssl("genpkey", "-algorithm", "sm2", "-aes-128-cbc", "-pass", "pass:word").stdout.decode()
    assert "ENCRYPTED" in made
    with pytest.raises(ConfigError):
        suite.sign(made, MESSAGE)


def test_verify_survives_altered_keys_and_signatures(suite):
    chance = random.Random(7)
    private, public = suite.generate()
    signature = suite.sign(private, MESSAGE)
    for _ in range(300):
        pem, signed = bytearray(public.encode()), bytearray(signature)
        pem[chance.randrange(len(pem))] = chance.randrange(128)
        signed[chance.randrange(len(signed))] = chance.randrange(256)
        # what changes in the PEM may mean nothing, what changes in the signature never does
        assert not suite.verify(pem.decode(), MESSAGE, bytes(signed)) or bytes(signed) == signature


def test_no_error_stays_in_the_library_that_pythons_ssl_shares():
    library = next(one for one in HERE.values() if isinstance(one, Libcrypto))
    suite = Sm2(library)
    private, public = suite.generate()
    assert not suite.verify("no key", MESSAGE, b"")
    assert not suite.verify(public, MESSAGE, b"no signature")
    with pytest.raises(ConfigError):
        suite.sign(public, MESSAGE)
    assert suite.verify(public, MESSAGE, suite.sign(private, MESSAGE))
    assert library._c["ERR_peek_error"]() == 0


def test_threads_share_keys_and_nothing_else(suite):
    pairs = [suite.generate() for _ in range(4)]
    wrong: list[object] = []

    def work(seed: int) -> None:
        for at in range(50):
            (private, public), (_, other) = pairs[(seed + at) % 4], pairs[(seed + at + 1) % 4]
            message = f"{seed} {at}".encode()
            signature = suite.sign(private, message)
            if not suite.verify(public, message, signature) or suite.verify(other, message, signature):
                wrong.append((seed, at))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_where_no_library_is_the_reason_of_each_is_told():
    class Wrong:
        """A library whose SM2 is broken."""

        name = "wrong"

        def verify(self, *_: object) -> bool:
            return False

    def missing() -> Library:
        raise OSError("libnone.so: no such file")

    with pytest.raises(PluginError) as caught:
        open_library([missing, Wrong, lambda: Libcrypto(_ctypes.__file__)])  # pyright: ignore[reportArgumentType]
    assert caught.value.code == "TK-PLG-006"
    for reason in ("libnone.so", "wrong: the example of GB/T 32918.5", "BIO_new"):
        assert reason in caught.value.params["reason"]


def test_the_suite_is_found_by_its_id():
    found = loader.suite_of("sm2")
    assert repr(found).startswith("Sm2('sm2', libcrypto")
    assert loader.installed().suites["sm2"].id == "sm2"
    private, public = found.generate()
    assert found.verify(public, MESSAGE, found.sign(private, MESSAGE))

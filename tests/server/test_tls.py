"""The LAN authority: what it may sign for, when the leaf is renewed, and a real handshake."""

from __future__ import annotations

import socket
import ssl
import stat
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    load_pem_private_key,
)

from server import tls
from server.ca_page import ca_page
from server.keys import KeyRing
from server.tls import LEAF_DAYS, LanCertificate, lan_certificate

NOW = datetime.now(UTC).replace(microsecond=0)
ADDRESSES = ["192.168.7.20", "10.1.2.3", "203.0.113.9"]


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing.load_or_create(tmp_path)


def make(
    tmp_path: Path, keys: KeyRing, now: datetime = NOW, addresses: list[str] = ADDRESSES
) -> LanCertificate:
    return lan_certificate(tmp_path, keys, now, addresses, "chot-mini")


def leaf_of(certificate: LanCertificate) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificate.chain.read_bytes())


def test_leaf_covers_private_addresses_and_names(tmp_path: Path, keys: KeyRing) -> None:
    certificate = make(tmp_path, keys)
    assert certificate.addresses == ("192.168.7.20", "10.1.2.3", "127.0.0.1")
    assert set(certificate.names) == {"localhost", "chot-mini", "chot-mini.local"}
    leaf = leaf_of(certificate)
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc == timedelta(days=LEAF_DAYS)
    ca = x509.load_der_x509_certificate(certificate.ca_der)
    leaf.verify_directly_issued_by(ca)
    constraints = ca.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical


def test_keys_are_private_and_the_authoritys_is_encrypted(tmp_path: Path, keys: KeyRing) -> None:
    certificate = make(tmp_path, keys)
    folder = tmp_path / "tls"
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with pytest.raises(TypeError):
        load_pem_private_key((folder / "ca.key").read_bytes(), None)
    assert certificate.key == folder / "leaf.key"


def test_leaf_is_kept_until_something_changes(tmp_path: Path, keys: KeyRing) -> None:
    first = make(tmp_path, keys)
    serial = leaf_of(first).serial_number
    again = make(tmp_path, keys)
    assert leaf_of(again).serial_number == serial
    moved = make(tmp_path, keys, addresses=["192.168.9.9"])
    moved_serial = leaf_of(moved).serial_number
    assert moved_serial != serial
    later = make(
        tmp_path, keys, now=NOW + timedelta(days=LEAF_DAYS - 20), addresses=["192.168.9.9"]
    )
    assert leaf_of(later).serial_number != moved_serial
    assert later.fingerprint == first.fingerprint


def test_authority_is_renewed_before_a_leaf_would_outlive_it(tmp_path: Path, keys: KeyRing) -> None:
    first = make(tmp_path, keys)
    last = make(tmp_path, keys, now=NOW + timedelta(days=4 * 365))
    assert last.fingerprint != first.fingerprint
    leaf_of(last).verify_directly_issued_by(x509.load_der_x509_certificate(last.ca_der))


def handshake(certificate: LanCertificate, name: str) -> str:
    """Connect to a TLS server with this leaf, trusting the authority only; "" or the reason."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    ours, theirs = socket.socketpair()

    def answer() -> None:
        try:
            with context.wrap_socket(theirs, server_side=True) as wrapped:
                wrapped.recv(1)
        except (ssl.SSLError, OSError):
            theirs.close()

    thread = threading.Thread(target=answer)
    thread.start()
    client = ssl.create_default_context(cadata=certificate.ca_pem.decode())
    try:
        with client.wrap_socket(ours, server_hostname=name) as wrapped:
            wrapped.send(b"x")
        return ""
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    finally:
        ours.close()
        thread.join()


@pytest.mark.parametrize("name", ["192.168.7.20", "127.0.0.1", "chot-mini.local", "localhost"])
def test_clients_that_trust_the_authority_connect(tmp_path: Path, keys: KeyRing, name: str) -> None:
    assert handshake(make(tmp_path, keys), name) == ""


def test_authority_cannot_vouch_for_the_world(tmp_path: Path, keys: KeyRing) -> None:
    """A stolen authority key signs for bank.example: clients refuse it."""
    make(tmp_path, keys)
    ca_key, ca = tls._authority(tmp_path / "tls", keys, NOW, "chot-mini")
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = tls._leaf(ca_key, ca, key, NOW, ["bank.example"], [])
    certificate = make(tmp_path, keys)
    certificate.chain.write_bytes(leaf.public_bytes(Encoding.PEM))
    certificate.key.write_bytes(tls._pem(key, NoEncryption()))
    assert "permitted subtree violation" in handshake(certificate, "bank.example")


def test_page_gives_the_authority_and_nothing_else(tmp_path: Path, keys: KeyRing) -> None:
    certificate = make(tmp_path, keys)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    base = f"http://127.0.0.1:{port}"
    with ca_page(certificate, "127.0.0.1", port, 8000):
        with urllib.request.urlopen(f"{base}/") as answer:
            page = answer.read().decode()
            policy = answer.headers["Content-Security-Policy"]
        assert certificate.fingerprint in page
        assert "https://192.168.7.20:8000/" in page
        assert "default-src 'none'" in policy
        with urllib.request.urlopen(f"{base}/chot-ca.crt") as answer:
            assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
            assert answer.read() == certificate.ca_der
        with urllib.request.urlopen(f"{base}/qr.png") as answer:
            assert answer.read().startswith(b"\x89PNG")
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{base}/tls/ca.key")

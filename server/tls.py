"""TLS on the LAN: a certificate authority of this server alone, and a leaf for its addresses.

Camera and WebCrypto need HTTPS off localhost, and no public authority signs for 192.168.x.y. The
authority can sign for private addresses, `.local` and this host only (name constraints, RFC 5280
§4.2.1.10): who installs it trusts it for nothing else. Its key is encrypted under the master key.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.keys import KeyRing

CA_YEARS = 5
LEAF_DAYS = 397
"""The longest that Apple's devices accept (and the CA/Browser Forum allowed from 2020 on)."""

RENEW_DAYS = 30
BACKDATED_DAYS = 2
"""Tablets' clocks are wrong by hours; a certificate that begins now would be refused."""

PRIVATE_NETWORKS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
    )
)
_LINUX_SIOCGIFADDR = 0x8915

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class LanCertificate:
    """Files for the server, the authority's certificate for people, and what the leaf covers.

    `addresses` are in the order they were given, loopback last: the first is the one to print.
    """

    chain: Path
    key: Path
    ca_pem: bytes
    ca_der: bytes
    names: tuple[str, ...]
    addresses: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the authority's certificate, as devices show it."""
        digest = x509.load_der_x509_certificate(self.ca_der).fingerprint(hashes.SHA256())
        return digest.hex(":").upper()


def lan_certificate(
    data_dir: Path,
    keys: KeyRing,
    now: datetime,
    addresses: Sequence[str],
    host_name: str,
) -> LanCertificate:
    """The authority and a leaf for these addresses, made or renewed under `data_dir/tls`.

    Addresses outside private networks are left out: the authority may not sign for them.
    """
    folder = data_dir / "tls"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ca_key, ca = _authority(folder, keys, now, host_name)
    private = [ipaddress.ip_address(one) for one in dict.fromkeys((*addresses, "127.0.0.1"))]
    kept = [one for one in private if any(one in network for network in PRIVATE_NETWORKS)]
    names = [one for one in _names(host_name) if _permits(ca, one)]
    chain, key = folder / "leaf.pem", folder / "leaf.key"
    if not _still_good(chain, key, ca, now, names, kept):
        leaf_key = ec.generate_private_key(ec.SECP256R1())
        leaf = _leaf(ca_key, ca, leaf_key, now, names, kept)
        _write(key, _pem(leaf_key, NoEncryption()))
        _write(chain, leaf.public_bytes(Encoding.PEM) + ca.public_bytes(Encoding.PEM))
    return LanCertificate(
        chain,
        key,
        ca.public_bytes(Encoding.PEM),
        ca.public_bytes(Encoding.DER),
        tuple(names),
        tuple(str(one) for one in kept),
    )


def lan_addresses() -> list[str]:
    """The IPv4 addresses of this machine's interfaces, without loopback, the routed one first."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a UDP socket sends nothing; it only picks the address of the route.
            probe.connect(("192.0.2.1", 9))
            found.append(str(probe.getsockname()[0]))
        except OSError:
            pass
        found += _interface_addresses(probe)
    return [one for one in dict.fromkeys(found) if not ipaddress.ip_address(one).is_loopback]


def _interface_addresses(probe: socket.socket) -> list[str]:
    try:
        import fcntl
    except ImportError:
        return []
    found = []
    for _, name in socket.if_nameindex():
        try:
            answer = fcntl.ioctl(
                probe.fileno(), _LINUX_SIOCGIFADDR, name.encode()[:15].ljust(256, b"\0")
            )
        except OSError:
            continue
        found.append(socket.inet_ntoa(answer[20:24]))
    return found


def _names(host_name: str) -> list[str]:
    short = host_name.split(".")[0].lower() or "chot"
    return list(dict.fromkeys(("localhost", short, f"{short}.local", host_name.lower() or short)))


def _authority(
    folder: Path, keys: KeyRing, now: datetime, host_name: str
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key_path, path = folder / "ca.key", folder / "ca.pem"
    password = keys.derive("tls authority").hex().encode("ascii")
    if path.exists() and key_path.exists():
        ca = x509.load_pem_x509_certificate(path.read_bytes())
        key = load_pem_private_key(key_path.read_bytes(), password)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{key_path}: not a P-256 key")
        if now + timedelta(days=LEAF_DAYS) < ca.not_valid_after_utc:
            return key, ca
    key = ec.generate_private_key(ec.SECP256R1())
    ca = _new_authority(key, now, host_name)
    _write(key_path, _pem(key, BestAvailableEncryption(password)))
    _write(path, ca.public_bytes(Encoding.PEM))
    return key, ca


def _new_authority(
    key: ec.EllipticCurvePrivateKey, now: datetime, host_name: str
) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, f"chot LAN {now:%Y-%m-%d}"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"chot on {host_name}"[:64]),
        ]
    )
    permitted: list[x509.GeneralName] = [
        x509.DNSName(one) for one in dict.fromkeys(("local", *_names(host_name)))
    ]
    permitted += [x509.IPAddress(network) for network in PRIVATE_NETWORKS]
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=BACKDATED_DAYS))
        .not_valid_after(now + timedelta(days=365 * CA_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _leaf(
    ca_key: ec.EllipticCurvePrivateKey,
    ca: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    names: Sequence[str],
    addresses: Sequence[Address],
) -> x509.Certificate:
    subjects: list[x509.GeneralName] = [x509.DNSName(one) for one in names]
    subjects += [x509.IPAddress(one) for one in addresses]
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    begin = max(now - timedelta(days=BACKDATED_DAYS), ca.not_valid_before_utc)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "chot")]))
        .issuer_name(ca.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=LEAF_DAYS))
        .add_extension(x509.SubjectAlternativeName(subjects), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(authority, critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def _still_good(
    chain: Path,
    key: Path,
    ca: x509.Certificate,
    now: datetime,
    names: Sequence[str],
    addresses: Sequence[Address],
) -> bool:
    if not (chain.exists() and key.exists()):
        return False
    leaf = x509.load_pem_x509_certificate(chain.read_bytes())
    subjects = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        leaf.issuer == ca.subject
        and now + timedelta(days=RENEW_DAYS) < leaf.not_valid_after_utc
        and set(names) <= set(subjects.get_values_for_type(x509.DNSName))
        and set(addresses) <= set(subjects.get_values_for_type(x509.IPAddress))
    )


def _permits(ca: x509.Certificate, name: str) -> bool:
    constraints = ca.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = [
        one.value for one in constraints.permitted_subtrees or () if isinstance(one, x509.DNSName)
    ]
    return any(name == one or name.endswith(f".{one}") for one in permitted)


def _usage(signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey, encryption: KeySerializationEncryption) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def _write(path: Path, data: bytes) -> None:
    fresh = path.with_suffix(path.suffix + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def utc(now_ms: int) -> datetime:
    """Unix milliseconds as an aware time, as certificates need it."""
    return datetime.fromtimestamp(now_ms // 1000, UTC)

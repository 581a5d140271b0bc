"""Signer certificates made for tests."""

from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID, ObjectIdentifier

from tests.credentials.signing import ISSUER_KEY

EU_ARC = "1.3.6.1.4.1.1847.2021.1"
OLD_EU_ARC = "1.3.6.1.4.1.0.1847.2021.1"


def certificate(key: Any, usages: tuple[str, ...] = (), country: str = "VN") -> x509.Certificate:
    """A certificate of `key`, signed by somebody else's."""
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, country)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2021, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2022, 1, 1, tzinfo=UTC))
    )
    if usages:
        purposes = x509.ExtendedKeyUsage([ObjectIdentifier(usage) for usage in usages])
        builder = builder.add_extension(purposes, critical=False)
    return builder.sign(ISSUER_KEY, hashes.SHA256())

"""A document signer's certificate as the key that a trust list needs: kid, country, SPKI, usage.

Usage follows from the extended key usages: the EU's three (both arcs that issuers use); none of
them means all three kinds of certificate, except where the key is dedicated to ICAO's visible
digital seals. Neither the certificate's own signature nor its dates are looked at: that a list
names it is the trust, and lists drop a key when it must no longer count.
"""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from credentials.der import INTEGER, OID, SEQUENCE, Der, DerError, parse_der
from credentials.trust import MAX_RSA_BITS, MIN_RSA_BITS, Alg

MAX_CERTIFICATE_BYTES = 16_384
ALL_KINDS = ("test", "vaccination", "recovery")

_COUNTRY = bytes.fromhex("550406")
_EXTENDED_KEY_USAGE = bytes.fromhex("551d25")
_EU_ARCS = (bytes.fromhex("2b060104018e378f6501"), bytes.fromhex("2b06010401008e378f6501"))
_VISIBLE_DIGITAL_SEAL = bytes.fromhex("67810801010e02")
_EC = bytes.fromhex("2a8648ce3d0201")
_P256 = bytes.fromhex("2a8648ce3d030107")
# Some certificates spell the curve out; its prime tells it from others of the same size.
_P256_PRIME = bytes.fromhex("ffffffff00000001" + "00" * 12 + "ff" * 12)
_RSA = (bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886f70d01010a"))
_EXTENSIONS = 0xA3


class UnusableKeyError(ValueError):
    """A key that we refuse: RSA below 2048 bits, another curve, another algorithm."""


@dataclass(frozen=True, slots=True)
class CertificateKey:
    """`spki` is base64 DER; `country` two letters or None. `alg` None: a key that we refuse."""

    kid: str
    country: str | None
    alg: Alg | None
    spki: str | None
    usage: tuple[str, ...]


def key_of_certificate(der: bytes) -> CertificateKey:
    """What a trust list needs of a certificate. Raises DerError where it is none."""
    if len(der) > MAX_CERTIFICATE_BYTES:
        raise DerError("too large")
    fields = parse_der(der).expect(SEQUENCE).children()[:1]
    fields = fields[0].expect(SEQUENCE).children() if fields else []
    if fields and fields[0].tag == 0xA0:
        del fields[0]
    if len(fields) < 6:
        raise DerError("no certificate")
    _, _, issuer, _, subject, public_key, *rest = fields
    try:
        alg, spki = _alg_and_spki(public_key.expect(SEQUENCE))
    except UnusableKeyError:
        alg, spki = None, None
    return CertificateKey(
        kid=base64.b64encode(hashlib.sha256(der).digest()[:8]).decode("ascii"),
        country=_country(subject) or _country(issuer),
        alg=alg,
        spki=spki,
        usage=_usage(rest),
    )


def spki_of_point(point: bytes) -> str:
    """Base64 SPKI of an uncompressed P-256 point. Raises UnusableKeyError."""
    if point[:1] != b"\x04":
        raise UnusableKeyError("compressed")
    try:
        key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except (ValueError, UnsupportedAlgorithm):
        raise UnusableKeyError("no point of P-256") from None
    return _spki(key)


def spki_of_rsa(modulus: bytes, exponent: bytes) -> str:
    """Base64 SPKI of an RSA key of 2048 to 8192 bits. Raises UnusableKeyError."""
    n, e = int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")
    if not MIN_RSA_BITS <= n.bit_length() <= MAX_RSA_BITS or n % 2 == 0:
        raise UnusableKeyError("RSA size")
    if not 3 <= e < 2**32 or e % 2 == 0:
        raise UnusableKeyError("RSA exponent")
    return _spki(RSAPublicNumbers(e, n).public_key())


def _alg_and_spki(public_key: Der) -> tuple[Alg, str]:
    parts = public_key.children()
    if len(parts) != 2:
        raise DerError("no public key")
    algorithm, key = parts[0].expect(SEQUENCE).children(), parts[1].bits()
    name = algorithm[0].content if algorithm else b""
    if name == _EC and len(algorithm) == 2:
        curve = algorithm[1]
        spelled_out = curve.tag == SEQUENCE and _P256_PRIME in curve.content
        if not (spelled_out or (curve.tag == OID and curve.content == _P256)) or len(key) != 65:
            raise UnusableKeyError("curve")
        return "ES256", spki_of_point(key)
    if name in _RSA:
        numbers = [number.expect(INTEGER).content for number in parse_der(key).children()]
        if len(numbers) != 2:
            raise DerError("no RSA key")
        return "PS256", spki_of_rsa(numbers[0], numbers[1])
    raise UnusableKeyError("algorithm")


def _usage(rest: list[Der]) -> tuple[str, ...]:
    purposes: list[bytes] = []
    for field in rest:
        if field.tag != _EXTENSIONS:
            continue
        for extension in (one for found in field.children() for one in found.children()):
            parts = extension.children() if extension.tag == SEQUENCE else []
            if len(parts) >= 2 and parts[0].content == _EXTENDED_KEY_USAGE:
                purposes += [purpose.content for purpose in parse_der(parts[-1].content).children()]
    usage = tuple(
        kind
        for number, kind in enumerate(ALL_KINDS, 1)
        if any(arc + bytes((number,)) in purposes for arc in _EU_ARCS)
    )
    if usage:
        return usage
    return () if _VISIBLE_DIGITAL_SEAL in purposes else ALL_KINDS


def _country(name: Der) -> str | None:
    for attribute in (one for group in name.children() for one in group.children()):
        parts = attribute.children()
        if len(parts) == 2 and parts[0].content == _COUNTRY:
            text = parts[1].content
            return text.decode("ascii").upper() if len(text) == 2 and text.isalpha() else None
    return None


def _spki(key: EllipticCurvePublicKey | RSAPublicKey) -> str:
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode("ascii")

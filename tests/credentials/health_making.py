"""HC1 and SMART Health Cards made from scratch, so that tests do not trust the readers' own code.

The encoders know nothing but what these documents need. All people are synthetic.
"""

import base64
import functools
import json
import struct
import zlib
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.credentials.expected import HOUR_S, ISSUED_S
from tests.credentials.signing import ISSUER_KEY, b64

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
KID = bytes.fromhex("0011223344556677")
CARD_KID = "Qxs2cwqkWpYRT7tC8_9vFoWjxk_mGlUOzOL7xh-HYZo"
CARD_ISSUER = "https://health.example/issuer"
P384_KEY = ec.derive_private_key(0x5EED3, ec.SECP384R1())

DOSE = {
    "tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215",
    "dn": 2, "sd": 2, "dt": "2021-08-15", "co": "VN", "is": "BYT", "ci": "URN:UVCI:01:VN:1#A",
}  # fmt: skip
TEST = {
    "tg": "840539006", "tt": "LP6464-4", "sc": "2021-11-21T07:00:00+07:00", "tr": "260415000",
    "tc": "CDC", "co": "VN", "is": "BYT", "ci": "URN:UVCI:01:VN:2#B",
}  # fmt: skip
RECOVERY = {
    "tg": "840539006", "fr": "2021-08-01", "df": "2021-08-12", "du": "2022-01-28",
    "co": "VN", "is": "BYT", "ci": "URN:UVCI:01:VN:3#C",
}  # fmt: skip
HOLDER = {
    "ver": "1.3.0",
    "nam": {"fn": "Nguyễn Thị", "gn": "Mẫu", "fnt": "NGUYEN<THI", "gnt": "MAU"},
    "dob": "1990-08-15",
}
VACCINATED = HOLDER | {"v": [DOSE]}
CWT = {1: "VN", 4: ISSUED_S + 72 * HOUR_S, 6: ISSUED_S}


@functools.cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def base45(data: bytes) -> str:
    text = ""
    for at in range(0, len(data), 2):
        pair = data[at : at + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            number, digit = divmod(number, 45)
            text += ALPHABET[digit]
    return text


def signature_of(text: str) -> bytes:
    """The signature of a document made here, which is the end of it: R alone for ES256."""
    if text.startswith("shc:/"):
        digits = text.strip().removeprefix("shc:/")
        jws = "".join(chr(int(digits[at : at + 2]) + 45) for at in range(0, len(digits), 2))
        return base64.urlsafe_b64decode(jws.split(".")[2] + "==")[:32]
    values = [ALPHABET.index(character) for character in text.strip("\r\n").removeprefix("HC1:")]
    packed = b""
    for at in range(0, len(values), 3):
        number = sum(value * 45**place for place, value in enumerate(values[at : at + 3]))
        packed += number.to_bytes(len(values[at : at + 3]) - 1, "big")
    message = zlib.decompress(packed)
    return message[-64:-32] if message[-66:-64] == b"\x58\x40" else message[-256:]


def cbor(value: Any) -> bytes:
    """CBOR of plain values; a bytearray is put in as it is."""
    match value:
        case bytearray():
            return bytes(value)
        case None | True | False:
            return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
        case float():
            return b"\xfb" + struct.pack(">d", value)
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            return _head(3, len(value.encode())) + value.encode()
        case list():
            return _head(4, len(value)) + b"".join(map(cbor, value))
        case dict():
            body = b"".join(cbor(key) + cbor(item) for key, item in value.items())
            return _head(5, len(value)) + body
    raise TypeError(type(value).__name__)


def cwt(certificate: Any = VACCINATED, **known: Any) -> bytes:
    claims = CWT | {-260: {1: certificate}}
    names = {"iss": 1, "exp": 4, "nbf": 5, "iat": 6}
    claims |= {names[name]: value for name, value in known.items()}
    return cbor({key: value for key, value in claims.items() if value is not None})


def sign1(
    payload: bytes,
    key: Any = ISSUER_KEY,
    protected: Any = None,
    unprotected: Any = None,
    change: Any = bytes,
) -> bytes:
    """A tagged COSE_Sign1; `change` is done to the finished signature."""
    alg = -37 if isinstance(key, rsa.RSAPrivateKey) else -7
    head = cbor({1: alg, 4: KID} if protected is None else protected)
    signed = cbor(["Signature1", head, b"", payload])
    if isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(
            signed, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()
        )
    else:
        size = (key.curve.key_size + 7) // 8
        r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
        signature = r.to_bytes(size, "big") + s.to_bytes(size, "big")
    return b"\xd2" + cbor([head, unprotected or {}, payload, change(signature)])


def hc1(data: bytes) -> str:
    return "HC1:" + base45(zlib.compress(data, 9))


def passport(certificate: Any = VACCINATED, key: Any = ISSUER_KEY, **known: Any) -> str:
    return hc1(sign1(cwt(certificate, **known), key))


def bundle(*resources: Any) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": f"resource:{number}", "resource": resource}
            for number, resource in enumerate(resources)
        ],
    }


PATIENT = {
    "resourceType": "Patient",
    "name": [{"family": "Nguyễn", "given": ["Thị", "Mẫu"]}],
    "birthDate": "1990-08-15",
}


def immunization(date: str, cvx: str = "208", **known: Any) -> dict[str, Any]:
    coding = {"system": "http://hl7.org/fhir/sid/cvx", "code": cvx}
    return {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"coding": [coding]},
        "patient": {"reference": "resource:0"},
        "occurrenceDateTime": date,
    } | known


def observation(loinc: str, result: str, **known: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
        "effectiveDateTime": "2021-11-21T07:00:00+07:00",
        "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": result}]},
    } | known


TWO_DOSES = bundle(PATIENT, immunization("2021-08-15"), immunization("2021-07-18"))


def card_payload(fhir: Any = TWO_DOSES, **known: Any) -> dict[str, Any]:
    credential = {
        "type": ["https://smarthealth.cards#health-card"],
        "credentialSubject": {"fhirVersion": "4.0.1", "fhirBundle": fhir},
    }
    return {"iss": CARD_ISSUER, "nbf": ISSUED_S + 0.5, "vc": credential} | known


def card_jws(
    payload: Any, key: ec.EllipticCurvePrivateKey = ISSUER_KEY, change: Any = bytes, **header: Any
) -> str:
    """The JWS of a card; bytes as payload are taken as they are, anything else is deflated JSON."""
    if not isinstance(payload, bytes):
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        payload = deflate.compress(json.dumps(payload).encode()) + deflate.flush()
    head = {"alg": "ES256", "zip": "DEF", "kid": CARD_KID} | header
    signing_input = f"{b64(json.dumps(head).encode())}.{b64(payload)}"
    r, s = decode_dss_signature(key.sign(signing_input.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signing_input}.{b64(change(r.to_bytes(32, 'big') + s.to_bytes(32, 'big')))}"


def shc(jws: str) -> str:
    return "shc:/" + "".join(f"{ord(character) - 45:02}" for character in jws)


def card(fhir: Any = TWO_DOSES, key: ec.EllipticCurvePrivateKey = ISSUER_KEY, **known: Any) -> str:
    return shc(card_jws(card_payload(fhir, **known), key))


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes([major << 5 | argument])
    size = next(size for size in (1, 2, 4, 8) if argument < 256**size)
    return bytes([major << 5 | 24 + (1, 2, 4, 8).index(size)]) + argument.to_bytes(size, "big")

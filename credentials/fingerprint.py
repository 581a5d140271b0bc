"""What a revocation list holds of a document: SHA-256, first 16 bytes, hex.

The EU's three kinds of hash are over the certificate id, over country + id, and over the signature.
Of an ES256 signature only the R half counts: (R, S) and (R, -S) are both valid.
"""

import hashlib

from credentials.trust import Alg

FINGERPRINT_BYTES = 16


def fingerprint(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[: 2 * FINGERPRINT_BYTES]


def signature_fingerprint(alg: Alg, signature: bytes) -> str:
    return fingerprint(signature[:32] if alg == "ES256" else signature)


def card_fingerprint(kid: str, revocation_id: str) -> str:
    """Of a SMART Health Card's `rid`, which is an id for one key only."""
    return fingerprint(f"shc:{kid}:{revocation_id}".encode())

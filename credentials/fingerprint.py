"""What a revocation list holds of a document: SHA-256, first 16 bytes, hex.

The EU's three kinds of hash are over the certificate id, over country + id, and over the signature.
Of an ES256 signature only the R half counts: (R, S) and (R, -S) are both valid.
"""

import hashlib

from credentials.trust import Alg


def fingerprint(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def signature_fingerprint(alg: Alg, signature: bytes) -> str:
    return fingerprint(signature[:32] if alg == "ES256" else signature)

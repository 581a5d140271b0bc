"""Pure reading of what people carry: QR families, our own documents, packs, plates.

`read(text, trust, now_ms) -> Evidence` is the whole of it for a scan. The TypeScript twin is
web/shared/credentials; tests/vectors/credentials holds for both.
"""

from credentials.conditions import Conditions
from credentials.evidence import Evidence, evidence_to_json
from credentials.own import issue_own, open_badge, own_fingerprint
from credentials.own_claims import ClaimError
from credentials.pack import PackError, PackPayload, sign_pack, verify_pack
from credentials.parts import Joined, PartsError, is_part, join_parts
from credentials.plates import Plate, normalise_plate
from credentials.reading import read, recognise
from credentials.revocation_import import RevocationImport, import_revocations
from credentials.splitting import issue_manifest
from credentials.trust import NO_TRUST, Trust, TrustError, TrustKey, parse_trust
from credentials.trust_import import TrustImport, import_certificate, import_trust

__all__ = [
    "NO_TRUST",
    "ClaimError",
    "Conditions",
    "Evidence",
    "Joined",
    "PackError",
    "PackPayload",
    "PartsError",
    "Plate",
    "RevocationImport",
    "Trust",
    "TrustError",
    "TrustImport",
    "TrustKey",
    "evidence_to_json",
    "import_certificate",
    "import_revocations",
    "import_trust",
    "is_part",
    "issue_manifest",
    "issue_own",
    "join_parts",
    "normalise_plate",
    "open_badge",
    "own_fingerprint",
    "parse_trust",
    "read",
    "recognise",
    "sign_pack",
    "verify_pack",
]

"""Issuing a manifest: on one code where it fits, else in as few parts as it needs."""

from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from credentials.own import issue_own, own_characters
from credentials.own_claims import MAX_PARTS, MAX_WORKERS_A_PART, ClaimError

Worker = Sequence[str]
"""[name] or [name, id number]."""


def issue_manifest(
    claims: Mapping[str, Any],
    workers: Sequence[Worker],
    private_key: EllipticCurvePrivateKey,
    kid: str,
    max_characters: int,
) -> list[str]:
    """The texts of a manifest with these workers, each at most `max_characters` long.

    `claims` are those that all parts share. Raises ClaimError as issue_own does, and "size" when
    the shared claims leave no room or more than MAX_PARTS codes were needed.
    """
    listed = [list(worker) for worker in workers]
    whole = {**claims, "w": claims.get("w", len(listed) or None)}
    one_code = whole | _list(listed)
    fits = own_characters("manifest", one_code, kid) <= max_characters
    if fits and len(listed) <= MAX_WORKERS_A_PART:
        return [issue_own("manifest", one_code, private_key, kid)]
    slices = _slices(whole, listed, kid, max_characters)
    return [
        issue_own("manifest", whole | _list(some) | {"p": [number, len(slices)]}, private_key, kid)
        for number, some in enumerate(slices, 1)
    ]


def _slices(
    claims: Mapping[str, Any], workers: list[list[str]], kid: str, max_characters: int
) -> list[list[list[str]]]:
    slices: list[list[list[str]]] = []
    for worker in workers:
        fits = bool(slices) and len(slices[-1]) < MAX_WORKERS_A_PART
        if fits:
            longest = {**claims, "l": [*slices[-1], worker], "p": [MAX_PARTS, MAX_PARTS]}
            fits = own_characters("manifest", longest, kid) <= max_characters
        if fits:
            slices[-1].append(worker)
            continue
        alone = {**claims, "l": [worker], "p": [MAX_PARTS, MAX_PARTS]}
        if own_characters("manifest", alone, kid) > max_characters:
            raise ClaimError("size")
        slices.append([worker])
    if not 1 <= len(slices) <= MAX_PARTS:
        raise ClaimError("size")
    return slices


def _list(workers: list[list[str]]) -> dict[str, Any]:
    return {"l": workers} if workers else {}

"""What a relay has to know to judge and to serve while it is alone: made above, applied below.

Devices with their keys and revocations, officers with their roles, checkpoints, and which packs
there are. It goes down whole whenever it has changed: a name is made from its content. SPEC U14.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import ValidationError

from credentials.jws import public_key_of_jwk
from schemas.relay import KnownDevice, RelayReference
from server.packs import EVERYBODY, checkpoint_scope
from server.store.protocol import Store
from server.store.registered import Checkpoint, Device, Officer
from sync.encoding import to_base64url

_REFERENCE = RelayReference()
_DEVICE = KnownDevice()


class ReferenceShapeError(Exception):
    """The upstream sent a reference of another shape; nothing of it was applied."""


def make_reference(store: Store, relay: Device) -> dict[str, Any]:
    """All that `relay` has to know, in a settled order."""
    places = frozenset(relay.checkpoints)
    devices = [one for one in store.devices() if one.id != relay.id and _concerns(one, places)]
    return {
        "devices": [device_to_json(one) for one in sorted(devices, key=lambda one: one.id)],
        "officers": [
            {
                "officer": one.id,
                "name": one.name,
                "role": one.role,
                "checkpoints": sorted(places.intersection(one.checkpoints)),
                "revoked": one.revoked,
            }
            for one in sorted(store.officers(), key=lambda one: one.id)
            if places.intersection(one.checkpoints)
        ],
        "checkpoints": [_place_to_json(one) for one in store.checkpoints() if one.id in places],
        "packs": [
            {"name": pack.name, "scope": pack.scope, "version": pack.version}
            for scope in (EVERYBODY, *map(checkpoint_scope, sorted(places)))
            for _, pack in sorted(store.packs([scope]).items())
        ],
    }


def reference_name(reference: Mapping[str, Any]) -> str:
    """A name that another content does not have."""
    text = json.dumps(reference, ensure_ascii=False, sort_keys=True)
    return to_base64url(hashlib.sha256(text.encode("utf-8")).digest()[:16])


def read_reference(value: object) -> dict[str, Any]:
    """The reference in its JSON value, every member checked; ReferenceShapeError."""
    try:
        found = _REFERENCE.load(value)  # type: ignore[arg-type]
    except (ValidationError, TypeError):
        raise ReferenceShapeError from None
    assert isinstance(found, dict)
    return found


def apply_reference(store: Store, reference: Mapping[str, Any], now_ms: int) -> None:
    """Take over what changed. A device that the upstream revoked is revoked; nothing is deleted."""
    known = {one.id: one for one in store.checkpoints()}
    for item in reference["checkpoints"]:
        place = _place(item)
        if known.get(place.id) != place:
            store.put_checkpoint(place)
    adopt_devices(store, reference["devices"], now_ms)
    _apply_officers(store, reference["officers"])


def adopt_devices(store: Store, items: Iterable[Mapping[str, Any]], now_ms: int) -> None:
    """Know these devices by their keys from now on; this server itself is never among them."""
    known = {one.id: one for one in store.devices()}
    for item in items:
        device = device_of(item)
        held = known.get(device.id)
        if device.id == store.server_id:
            continue
        if held is None or (held.checkpoint, held.checkpoints, held.lane, held.name) != (
            device.checkpoint,
            device.checkpoints,
            device.lane,
            device.name,
        ):
            store.adopt_device(device)
        if device.revoked_ms is not None and (held is None or held.revoked_ms is None):
            store.revoke_device(device.id, now_ms)


def device_to_json(one: Device) -> dict[str, Any]:
    """A device as another server has to know it."""
    return {
        "device": one.id,
        "kind": one.kind,
        "checkpoint": one.checkpoint,
        "checkpoints": sorted(one.checkpoints),
        "lane": one.lane,
        "name": one.name,
        "x": one.jwk["x"],
        "y": one.jwk["y"],
        "enrolled": one.enrolled_ms,
        "revoked": one.revoked_ms,
    }


def read_devices(value: object) -> list[dict[str, Any]]:
    """The devices in a JSON value, checked; ReferenceShapeError."""
    try:
        found = _DEVICE.load(value, many=True)  # type: ignore[arg-type]
    except (ValidationError, TypeError):
        raise ReferenceShapeError from None
    assert isinstance(found, list)
    return found


def device_of(item: Mapping[str, Any]) -> Device:
    """The device in a checked item; ReferenceShapeError where its key is none."""
    jwk = {"kty": "EC", "crv": "P-256", "x": item["x"], "y": item["y"]}
    try:
        public_key_of_jwk(jwk)
    except ValueError:
        raise ReferenceShapeError from None
    return Device(
        no=0,
        id=item["device"],
        kind=item["kind"],
        checkpoint=item["checkpoint"],
        checkpoints=tuple(item["checkpoints"]),
        lane=item["lane"],
        name=item["name"],
        jwk=jwk,
        enrolled_ms=item["enrolled"],
        revoked_ms=item["revoked"],
        forked_ms=None,
        last_contact_ms=None,
        unsent=None,
        clock_offset_ms=None,
    )


def _concerns(device: Device, places: frozenset[str]) -> bool:
    if device.kind == "server":
        return True
    if device.kind == "relay":
        return not places.isdisjoint(device.checkpoints)
    return device.checkpoint in places


def _apply_officers(store: Store, items: Iterable[Mapping[str, Any]]) -> None:
    """Roles as the home server has them; who is not in the list any more counts as revoked.

    A relay makes no roster, so it needs no officer's key.
    """
    wanted = {
        item["officer"]: Officer(
            item["officer"],
            item["name"],
            item["role"],
            tuple(item["checkpoints"]),
            b"",
            item["revoked"],
        )
        for item in items
    }
    held = {one.id: one for one in store.officers()}
    for name, officer in wanted.items():
        if held.get(name) != officer:
            store.put_officer(officer)
    for name, officer in held.items():
        if name not in wanted and not officer.revoked:
            gone = Officer(officer.id, officer.name, officer.role, officer.checkpoints, b"", True)
            store.put_officer(gone)


def _place_to_json(one: Checkpoint) -> dict[str, Any]:
    return {
        "checkpoint": one.id,
        "name": one.name,
        "road": one.road,
        "province": one.province,
        "district": one.district,
        "commune": one.commune,
        "klass": one.klass,
        "state": one.state,
        "hotline": one.hotline,
        "lanes": list(one.lanes),
    }


def _place(item: Mapping[str, Any]) -> Checkpoint:
    return Checkpoint(
        id=item["checkpoint"],
        name=item["name"],
        road=item["road"],
        province=item["province"],
        district=item["district"],
        commune=item["commune"],
        klass=item["klass"],
        state=item["state"],
        hotline=item["hotline"],
        lanes=tuple(item["lanes"]),
    )

"""Orders to wipe a tablet: a pack `wipe` for its checkpoint, {devices: {id: ordered_ms}}. SPEC Q4.

A pack, because only the home server signs one and relays hand it on; whoever answers a tablet in
the place of its server cannot order it. Once the tablet says that it is done the order goes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from server.keys import KeyRing
from server.packs import checkpoint_scope, content_of, device_scopes, publish_changed
from server.store.protocol import Store
from server.store.published import Pack
from server.store.registered import Device

WIPE = "wipe"


def order_wipe(store: Store, keys: KeyRing, device: Device, now_ms: int) -> None:
    """Order it; a second order changes nothing. RelayPackError on a relay."""
    _publish(store, keys, device, now_ms, lambda orders: {device.id: now_ms, **orders})


def note_wiped(store: Store, keys: KeyRing, device: Device, now_ms: int) -> None:
    """The tablet holds nothing and has no key any longer: it is revoked, its order is done.

    A relay signs no packs; there the order stays for a device that will never ask again.
    """
    if device.revoked_ms is None:
        store.revoke_device(device.id, now_ms)
    ordered = device.checkpoint and store.pack(WIPE, checkpoint_scope(device.checkpoint))
    if ordered and not store.relay_state():
        _publish(store, keys, device, now_ms, lambda orders: _without(orders, device.id))


def wipes_ordered(store: Store, keys: KeyRing, checkpoint: str, now_ms: int) -> Mapping[str, int]:
    """The devices of a checkpoint that are to be wiped, and since when (ms)."""
    pack = store.pack(WIPE, checkpoint_scope(checkpoint))
    return {} if pack is None else _orders(content_of(pack, keys, now_ms))


def device_packs(store: Store, device: Device) -> dict[str, Pack]:
    """The packs that a device may have: one that is revoked is told to wipe itself, and no more."""
    packs = store.packs(device_scopes(device))
    if device.revoked_ms is None:
        return packs
    return {name: pack for name, pack in packs.items() if name == WIPE}


Orders = dict[str, int]


def _publish(
    store: Store, keys: KeyRing, device: Device, now_ms: int, change: Callable[[Orders], Orders]
) -> None:
    if device.checkpoint is None:
        return

    def next_content(last: Mapping[str, Any] | None) -> Any:
        return {"devices": change(_orders(last))}

    publish_changed(store, keys, WIPE, checkpoint_scope(device.checkpoint), next_content, now_ms)


def _orders(content: Mapping[str, Any] | None) -> Orders:
    devices = {} if content is None else content.get("devices")
    return dict(devices) if isinstance(devices, Mapping) else {}


def _without(orders: Orders, device: str) -> Orders:
    return {one: at for one, at in orders.items() if one != device}

"""What a relay may hand up, and what an upstream may hand down. SPEC U4."""

from __future__ import annotations

from collections.abc import Callable

from server.store.registered import Device

Scope = Callable[[Device], bool]
"""Whether whoever hands a batch over may hand over what this device wrote."""


def relay_scope(relay: Device) -> Scope:
    """What a relay may hand up: its own chain, tablets and relays of its checkpoints, and servers.

    Servers because a restored upstream may have lost what came down from it; their own signature
    stands for what they wrote.
    """
    places = frozenset(relay.checkpoints)

    def holds(device: Device) -> bool:
        if device.kind == "server" or device.id == relay.id:
            return True
        if device.kind == "relay":
            return places.issuperset(device.checkpoints)
        return device.checkpoint in places

    return holds


def anything(device: Device) -> bool:
    """An upstream hands down what is in the feeds; each author's signature stands for itself."""
    del device
    return True

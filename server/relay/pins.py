"""The keys that every device pins, whichever server it enrols at: those of the home server (U8)."""

from __future__ import annotations

from server.context import Context
from server.keys import public_jwk
from server.relay.state import read_upstream


def home_pins(context: Context) -> tuple[dict[str, str], dict[str, str]]:
    """(root pack key, sealing key) as public JWKs: this server's own unless it is a relay."""
    upstream = read_upstream(context.store)
    if upstream is None:
        return public_jwk(context.keys.packs), public_jwk(context.keys.sealing)
    return dict(upstream.root_key), dict(upstream.sealing_key)

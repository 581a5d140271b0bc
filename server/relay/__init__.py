"""Relays: a server that hands its events to an upstream and brings down what comes from there.

SPEC U. `joining` makes a server a relay once; `follower` is the thread that talks to the upstream,
over `wire`; `offering` sends up, `adopting` takes batches of others in, on both sides; `reference`
is what a relay has to know of devices, officers, places and packs.
"""

"""What a tablet and a server must agree on: clock, events, chain, batches, registers, cursors.

Pure: no Flask, SQL, clock or randomness. `SPEC.md` beside this file numbers every rule; docstrings
and tests cite them.
"""

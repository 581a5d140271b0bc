"""Telling neighbouring systems of turn-backs, arrivals and alerts: signed, retried, replayable."""

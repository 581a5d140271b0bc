"""What only the home server makes of others' events: links, turn-backs, arrivals, alerts. SPEC L, W."""

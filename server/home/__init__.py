"""What only the home server makes of others' events: links, turn-backs, arrivals. SPEC L."""

"""What only the home server makes of others' events: links, notices, alerts. SPEC L, W."""

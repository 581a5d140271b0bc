"""`log.db`, the truth: appended, handed out, walked, forgotten. SPEC A, F, G, H."""

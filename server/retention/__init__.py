"""How long what is kept, what goes when its time is over, and how that is proved. SPEC G6–G10."""

"""The reports that are due at 06h, 12h and 18h: figures, how complete they are, and their pages."""

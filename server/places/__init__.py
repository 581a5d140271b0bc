"""Administrative units: their codes and names before and after 7/2025, and what became of which."""

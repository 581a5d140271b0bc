"""The watchlist's way in and out: files become entries, entries become a filter or a view."""

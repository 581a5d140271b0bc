"""Storage behind one protocol: the log is the truth, the view can be rebuilt from it."""

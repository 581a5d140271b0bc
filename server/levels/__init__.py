"""Epidemic levels as people make them: read from a file, compared with what holds, published."""

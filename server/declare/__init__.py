"""The public health declaration: a page without account or script that keeps nothing."""

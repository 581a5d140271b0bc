"""Issuing our own documents: rows checked, signed, drawn as codes and printed as sheets."""

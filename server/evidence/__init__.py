"""A case file: everything about one crossing or record, with what proves it, for outside."""

"""The only room that knows HTTP and SQL: Flask, storage, keys, audit."""

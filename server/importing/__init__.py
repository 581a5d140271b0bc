"""Reference data from files: checkpoints, roads, lanes, officers, duties, companies, workers.

Each module reads a table into values and compares them with what the store holds; nothing is
stored before every row was judged (docs/adr/0025-imports.md).
"""

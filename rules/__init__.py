"""Dated, signed rules as data: a CertLogic evaluator, epidemic levels, packs, and one verdict.

Pure: `now`, packs and levels are parameters. The twin is `web/shared/rules/`; both are held
together by `tests/vectors/rules/` and by differential fuzzing.
"""

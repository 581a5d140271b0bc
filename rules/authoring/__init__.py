"""For who writes rules: what is wrong with a pack, what it does to sample journeys, and why.

Only the server and the command line need this; it has no twin in TypeScript.
"""

from rules.authoring.ahead import published_ahead
from rules.authoring.difference import Difference, Side, differences
from rules.authoring.drafts import open_rules, with_effective_from
from rules.authoring.explain import Explanation, RuleTrace, explain
from rules.authoring.findings import Finding, check_pack
from rules.authoring.samples import Sample, Samples, parse_samples, verdict_on

__all__ = [
    "Difference",
    "Explanation",
    "Finding",
    "RuleTrace",
    "Sample",
    "Samples",
    "Side",
    "check_pack",
    "differences",
    "explain",
    "open_rules",
    "parse_samples",
    "published_ahead",
    "verdict_on",
    "with_effective_from",
]

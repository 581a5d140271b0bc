"""For who writes rules: what is wrong with a pack, what it does to sample journeys, and why.

Only the server and the command line need this; it has no twin in TypeScript.
"""

from rules.authoring.difference import Difference, differences
from rules.authoring.drafts import with_effective_from
from rules.authoring.explain import Explanation, explain
from rules.authoring.findings import Finding, check_pack
from rules.authoring.samples import Sample, Samples, parse_samples, verdict_on

__all__ = [
    "Difference",
    "Explanation",
    "Finding",
    "Sample",
    "Samples",
    "check_pack",
    "differences",
    "explain",
    "parse_samples",
    "verdict_on",
    "with_effective_from",
]

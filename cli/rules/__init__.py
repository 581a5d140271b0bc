"""`chot rules`: writing, checking, publishing and explaining the rules that tablets decide by."""

from __future__ import annotations

import click

from cli.rules.answers import decide_batch, eval_batch
from cli.rules.check import check
from cli.rules.explain import explain_journey
from cli.rules.publish import publish_rules


@click.group()
def rules() -> None:
    """Quy định đi qua chốt / rules as data: check, publish, explain."""


rules.add_command(check)
rules.add_command(decide_batch)
rules.add_command(eval_batch)
rules.add_command(explain_journey)
rules.add_command(publish_rules)

"""One pass in a process of its own: `python -m server.scheduling DATA NOW_MS`.

Prints [[what, code], …] of what could not be done. `chot schedule run` is the same for people.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from server.config import load_config
from server.failures import log_failure
from server.scheduling.running import Runner
from server.store.sqlite import open_store


def main() -> int:
    """The exit code: 0 where the pass came to its end, whatever it could do."""
    logging.basicConfig(format="%(asctime)s %(name)s %(levelname)s %(message)s")
    try:
        config = load_config(Path(sys.argv[1]))
        done = Runner(config).run(lambda: open_store(config), int(sys.argv[2]))
    except Exception as error:
        # Told without its text, which may hold somebody's name.
        log_failure("schedule", error)
        return 1
    print(json.dumps([[what, error.code] for what, _, error in done.faults]))
    return 0


if __name__ == "__main__":
    sys.exit(main())

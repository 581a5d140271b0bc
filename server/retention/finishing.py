"""What every forgetting ends with: lists outside of backups, no old bytes beside the log."""

from __future__ import annotations

import contextlib

from server.config import Config
from server.erasure_list import write_lists
from server.store.log.log_file import open_log, shred_leftovers


def finish(config: Config) -> bool:
    """Whether nothing is left in the write-ahead log; where a reader is in the way, it is later.

    Raises OSError or ErasureListError where a list cannot be written.
    """
    with contextlib.closing(open_log(config.log_path)) as log:
        is_shredded = shred_leftovers(log)
        write_lists(config, log)
    return is_shredded

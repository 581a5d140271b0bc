"""Why something scheduled could not be done."""

from __future__ import annotations


class ScheduleError(Exception):
    """`code` is stable and stands in the audit log; the message is for whoever mends it.

    Codes: settings, letterhead, folder, extra, checkpoint, view (the view is behind the log),
    permits, unit (two reports count one checkpoint); mail.connect, mail.tls, mail.login,
    mail.password, mail.refused, mail.failed.
    """

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code

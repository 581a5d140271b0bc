"""How much one address and everybody together may ask for, and how many declarations were made.

Only counts are kept: ten minutes' worth becomes one audit entry, without names or addresses.
"""

from __future__ import annotations

import threading

from server.limits import FailureLimit

PER_ADDRESS = 120
"""In five minutes. Many telephones share one address behind a carrier's NAT."""

ALTOGETHER = 1_500
"""In five minutes, five a second: drawing a code takes a tenth of a second."""

COUNT_EVERY_MS = 600_000
_EVERYBODY = "everybody"


class DeclarationLimits:
    """Safe from any thread."""

    def __init__(self) -> None:
        self._by_address = FailureLimit(PER_ADDRESS)
        self._altogether = FailureLimit(ALTOGETHER)
        self._lock = threading.Lock()
        self._count = 0
        self._since_ms: int | None = None
        self.drawing = threading.Semaphore(2)
        """Held while a code is drawn: a burst must not take the sync of tablets' share."""

    def wait_s(self, address: str, now_ms: int) -> int:
        """Seconds until this address may ask again; 0 counts the request and lets it go on."""
        wait_s = max(
            self._by_address.wait_s(address, now_ms), self._altogether.wait_s(_EVERYBODY, now_ms)
        )
        if wait_s == 0:
            self._by_address.failed(address, now_ms)
            self._altogether.failed(_EVERYBODY, now_ms)
        return wait_s

    def made(self, now_ms: int) -> int:
        """One more declaration; the count to be written down when it is time, else 0."""
        with self._lock:
            if self._since_ms is None:
                self._since_ms = now_ms
            self._count += 1
            if now_ms - self._since_ms < COUNT_EVERY_MS:
                return 0
            count, self._count, self._since_ms = self._count, 0, now_ms
            return count

"""How fast events are checked, as a ratio to json.loads of the same texts in the same run.

A 500-byte body and a 300-byte person part per event, as a tablet writes them; no two alike.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

from schemas.check import check_by_schema
from schemas.checker import checker

EVENTS = 20_000
RUNS = 5
LEAST = 0.35
"""Events a second by the chosen checker ÷ by json.loads. Measured: 0.6."""

BODY = (
    '{"kind":"crossing","version":1,"record":"017b47f7-6200-7bfd-8970-%012x","home":"hd-ql6",'
    '"stamp":"017b47f76200%04x","time":1629000000000,"offset":-1200,"officer":"hd-an",'
    '"packs":{"rules":3},"set":{"lane":"1","direction":"in","mode":"checked","purpose":"goods",'
    '"plate":{"read":"29C-%05d","normal":"29C%05d"},"vehicle_class":"truck","headcount":1,'
    '"verdict":{"outcome":"pass","reasons":["two_doses"]},"action":"passed","wait_s":40},'
    '"items":{"people":{"1":{"role":"driver","evidence":{"family":"pc_covid","status":"claim",'
    '"code":"unsigned"}}}}}'
)
PERSON = (
    '{"salt":"%021dA","set":{},"items":{"people":{"1":{"name":"Nguyễn Văn An",'
    '"id_number":"0010850%05d","birth_date":"1985-03-02","sex":"M","phone":"0912345678",'
    '"address":"Phường Phú La, Hà Đông, Hà Nội","card":{"colour":"green","basis":"seen"},'
    '"temperature_c":36.6}}}}'
)
Texts = list[tuple[str, str]]


def events_a_second(read: Callable[[str, str], object], texts: Texts) -> float:
    """The best of several runs over all texts."""
    best = float("inf")
    for _ in range(RUNS):
        started = time.perf_counter()
        for body, person in texts:
            read(body, person)
        best = min(best, time.perf_counter() - started)
    return len(texts) / best


def main() -> int:
    """Print the figures; 1 when the chosen checker is slower than LEAST allows."""
    texts = [
        (BODY % (n, n, n % 100_000, n % 100_000), PERSON % (n, n % 100_000)) for n in range(EVENTS)
    ]
    check = checker()
    if any(check(*pair) is None for pair in texts):
        raise AssertionError("a sample event is refused")
    yardstick = events_a_second(lambda body, person: (json.loads(body), json.loads(person)), texts)
    quick = events_a_second(check, texts)
    schema = events_a_second(check_by_schema, texts[: EVENTS // 20])
    sizes = [len(text.encode()) for text in texts[0]]
    print(f"body {sizes[0]} bytes, person part {sizes[1]} bytes")
    print(f"json.loads             {yardstick:9,.0f} events/s  1.00")
    print(f"{check.__name__:22} {quick:9,.0f} events/s  {quick / yardstick:.2f}  (least {LEAST})")
    print(f"check_by_schema        {schema:9,.0f} events/s  {schema / yardstick:.3f}")
    return int(quick / yardstick < LEAST)


if __name__ == "__main__":
    sys.exit(main())

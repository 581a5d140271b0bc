"""Reads texts in a process of its own and tells what they cost: `python -m … < lines > summary`.

A line is {text} or {head, unit, count}: `head`, then `unit` again and again. The first line is
{trust, now_ms}. The summary is {read, slowest_ms, peak_bytes}: of memory, what reading one text
took at most beside the text itself. Times are of the processor: a busy machine makes none slow.
Twin of web/tools/credentials-bounds.ts.
"""

import json
import sys
import time
import tracemalloc

from credentials import evidence_to_json, open_badge, parse_trust, read, recognise


def main() -> None:
    first = json.loads(sys.stdin.readline())
    trust, now_ms = parse_trust(first["trust"]), first["now_ms"]
    count, slowest_s, peak_bytes = 0, 0.0, 0
    for line in sys.stdin:
        given = json.loads(line)
        text = given["text"] if "text" in given else given["head"] + given["unit"] * given["count"]
        started_s = time.process_time()
        tracemalloc.start()
        recognise(text)
        evidence_to_json(read(text, trust, now_ms))
        open_badge(text, trust, now_ms)
        peak_bytes = max(peak_bytes, tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        slowest_s = max(slowest_s, time.process_time() - started_s)
        count += 1
    summary = {"read": count, "slowest_ms": slowest_s * 1000, "peak_bytes": peak_bytes}
    print(json.dumps(summary))


if __name__ == "__main__":
    main()

"""Run by the Python of build/readers: what pandas makes of the exports in a folder, as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd  # type: ignore[import-untyped, import-not-found, unused-ignore]


def main(folder: Path) -> None:
    parquet = pd.read_parquet(folder / "l.parquet")
    workbook = pd.read_excel(folder / "l.xlsx")
    table = pd.read_csv(folder / "l.csv", parse_dates=["Thời điểm"], dtype={"Biển số": str})
    lines = pd.read_json(folder / "l.jsonl", lines=True, convert_dates=["occurred"])
    local = parquet["occurred"].dt.tz_convert("Asia/Ho_Chi_Minh").dt.tz_localize(None)
    print(
        json.dumps(
            {
                "types": {name: str(kind) for name, kind in parquet.dtypes.items()},
                "rows": [len(parquet), len(workbook), len(table), len(lines)],
                "people": [
                    int(parquet["people"].sum()),
                    int(workbook["Số người"].sum()),
                    int(table["Số người"].sum()),
                    int(lines["people"].sum()),
                ],
                "first": [
                    local.min().isoformat(timespec="seconds"),
                    workbook["Thời điểm"].min().isoformat(timespec="seconds"),
                    table["Thời điểm"].min().isoformat(timespec="seconds"),
                    lines["occurred"].min().isoformat(timespec="seconds"),
                ],
                "plates": [
                    sorted(set(parquet["plate"]) - {""}),
                    sorted(set(workbook["Biển số"].dropna())),
                    sorted(set(table["Biển số"].dropna())),
                    sorted(set(lines["plate"]) - {""}),
                ],
            },
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))

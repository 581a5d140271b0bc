"""`chot company`: whose people travel, in the one spelling that permits go by."""

from __future__ import annotations

from pathlib import Path

import click

from cli.data import DATA, now_ms, opened_home, told
from cli.importing import Asked, imports, judged, take_in
from cli.shown import JSON, tell_rows
from server.importing.companies import COLUMNS, companies_planned, shown
from server.permits import permit_lists
from server.store.reference_protocol import Reference


@click.group()
def company() -> None:
    """Đơn vị có người lao động đi lại / companies."""


@company.command("import")
@imports(COLUMNS, lambda store: map(shown, store.companies()))
@told
def import_(asked: Asked) -> None:
    """Nạp đơn vị từ tệp .csv, .xlsx; có một dòng sai thì không nạp dòng nào / all rows or none.

    Cùng mã số thuế, hoặc cùng tên (viết tắt, có dấu hay không), là một đơn vị. Giấy của người lao
    động ghi tên như ở đây. Tạm ngừng một đơn vị: chot permits.

    \b
    Ví dụ / examples:
      chot company import --template don-vi.xlsx
      chot company import don-vi.xlsx --dry-run
    """
    with opened_home(asked.data) as store:
        current = store.companies()
        plan = judged(asked, lambda table: companies_planned(table, current))
        take_in(asked, store, plan, Reference(companies=plan.put), "company.import")


@company.command("list")
@DATA
@JSON
@told
def list_companies(data: Path, is_json: bool) -> None:
    """Đơn vị, mã số thuế, số giấy đang có giá trị / companies and their permits in force.

    Ví dụ: chot company list
    """
    now = now_ms()
    with opened_home(data) as store:
        lists = permit_lists(store)
        permits = [one for one in store.worker_permits() if one.expires_ms > now]
        rows = [
            {
                "id": one.id,
                "name": one.name,
                "tax_code": one.tax_code,
                "state": "tạm ngừng"
                if lists.is_company_suspended(f"{one.name} {one.tax_code}", now)
                else "hoạt động",
                "permits": sum(it.company == one.id for it in permits),
            }
            for one in store.companies()
        ]
    headings = {"name": "đơn vị", "tax_code": "mã số thuế", "state": "trạng thái"}
    tell_rows(headings | {"permits": "số giấy"}, rows, is_json)

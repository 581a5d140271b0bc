"""Companies whose people travel: the one spelling that permits and suspensions go by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rules.permit_lists import company_normal, tax_codes
from server.importing.permit_columns import company_of, tax_code_from_number, tax_code_of
from server.importing.plan import Plan, Shown, compared, rows_read, say_twice
from server.issuing import values
from server.issuing.columns import Column
from server.issuing.rows import RowError
from server.issuing.tables import Table
from server.store.reference_protocol import Company
from server.watch.importing import commune_of

COLUMNS: tuple[Column, ...] = (
    Column(
        "name", "Tên đơn vị", "name", 120, company_of, "company", required=True,
        example="Công ty TNHH Mẫu",
    ),
    Column(
        "tax_code", "Mã số thuế", "tax_code", 14, tax_code_of, "tax_code", digits=True,
        restore=tax_code_from_number, example="0312345678",
    ),
    Column("commune", "Xã", "commune", 10, commune_of, "commune", example="2021/22738"),
    Column("address", "Địa chỉ", "address", 300, example="Khu công nghiệp Mẫu"),
    Column("contact", "Người liên hệ", "contact", 120, example="Lê Thị Thử"),
    Column(
        "phone", "Điện thoại", "phone", 20, values.phone_of, "phone", digits=True,
        restore=values.phone_from_number, example="0912345678",
    ),
)  # fmt: skip
"""An empty cell, or a column that is not there, leaves a known company as it is."""


def companies_planned(
    table: Table, current: Sequence[Company]
) -> tuple[Plan[Company], list[RowError]]:
    """The plan of a file, or every error in it. Raises TableError for its headings."""
    errors: list[RowError] = []
    found: list[tuple[int, Company]] = []
    names = CompanyNames(current)
    for read in rows_read(table, COLUMNS, errors):
        claims = read.claims
        if "name" not in claims:
            continue
        code = claims.get("tax_code", "").replace("-", "")
        claims = claims | {"tax_code": code} if code else claims
        old = names.named(f"{code} {claims['name']}")
        if old is not None and code and old.tax_code not in ("", code):
            values_ = {"name": old.name, "code": old.tax_code}
            errors.append(RowError(read.number, "tax_code", "company_other", values_))
            continue
        empty = Company(code or company_normal(claims["name"]), "", "", "", "", "", "")
        found.append((read.number, replace(empty if old is None else old, **claims)))
    say_twice(found, lambda one: one.id, errors)
    say_twice(found, lambda one: company_normal(one.name), errors)
    return compared(found, current, lambda one: one.id, shown, lambda one: one.name), errors


def shown(one: Company) -> Shown:
    return {
        "name": one.name,
        "tax_code": one.tax_code,
        "commune": one.commune,
        "address": one.address,
        "contact": one.contact,
        "phone": one.phone,
    }


class CompanyNames:
    """Finds the company that a text means: by a tax code in it, else by its name however written.

    Made once for all rows of a file.
    """

    def __init__(self, companies: Iterable[Company]) -> None:
        self._by_code: dict[str, Company] = {}
        self._by_name: dict[str, Company] = {}
        for one in companies:
            if one.tax_code:
                self._by_code.setdefault(one.tax_code, one)
            self._by_name.setdefault(company_normal(one.name), one)

    def named(self, text: str) -> Company | None:
        for code in tax_codes(text):
            if code in self._by_code:
                return self._by_code[code]
        return self._by_name.get(company_normal(text))

"""What a printed document says."""

from __future__ import annotations

from server.issuing.said import lines_of


def test_a_place_is_named_by_the_form_by_its_data_set_or_by_its_code() -> None:
    claims = {"o": "2021/22910", "d": "2025/09556"}
    said = [value for _, _, value in lines_of(claims, {"2021/22910": "Cà Ná"})]
    assert said == ["Cà Ná", "Phường Hà Đông, Hà Nội"]
    assert [value for _, _, value in lines_of({"o": "2025/22910"})] == ["2025/22910"]

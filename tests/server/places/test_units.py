"""Administrative units by code and by name, before and after 7/2025."""

from __future__ import annotations

import pytest

from server.places.units import find, folded, made_of, means, name_of, now_part_of, unit


def test_a_code_means_what_its_data_set_says() -> None:
    assert name_of("2021", "22910") == "Xã Cà Ná, Thuận Nam, Ninh Thuận"
    assert name_of("2021", "268") == "Quận Hà Đông, Hà Nội"
    assert name_of("2021", "09556") == "Phường Hà Cầu, Hà Đông, Hà Nội"
    assert name_of("2025", "09556") == "Phường Hà Đông, Hà Nội"
    assert name_of("2025", "268") is None
    assert name_of("2019", "01") is None


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        (("Xã Cà Ná", "Thuận Nam", "Ninh Thuận"), ["22910"]),
        (("ca na", "", "ninh thuan"), ["22910"]),
        (("TT Phước Dân", "H. Ninh Phước", "Tỉnh Ninh Thuận"), ["22870"]),
        (("Quận 1", "Hồ Chí Minh"), ["760"]),
        (("Phường 1", "Quận 3", "TP Hồ Chí Minh"), ["27160"]),
        (("Huyện Cà Ná", "", ""), []),
        (("Cà Ná", "Hà Nội"), []),
    ],
)
def test_names_find_their_unit(names: tuple[str, ...], codes: list[str]) -> None:
    assert [one.code for one in find("2021", names)] == codes


def test_a_name_of_many_places_finds_them_all() -> None:
    found = find("2021", ("Phường Tân Phú",))
    assert len(found) > 1
    assert {one.name for one in found} == {"Phường Tân Phú"}


def test_tone_marks_may_stand_on_either_vowel() -> None:
    assert folded("Khánh Hòa") == folded("Khánh Hoà") == "khanh hoa"
    here = unit("2021", "56")
    assert here is not None
    assert means("Tỉnh Khánh Hoà", here)
    assert not means("Tỉnh Khánh Hội", here)


def test_what_became_of_a_commune() -> None:
    ((whole, partly),) = now_part_of("22910")
    assert (whole.path, partly) == ("Xã Cà Ná, Khánh Hòa", False)
    assert {"22909", "22910"} & {code for code, _ in made_of(whole.code)}
    parts = now_part_of("00016")
    assert len(parts) > 1
    assert all(partly for _, partly in parts)
    assert now_part_of("99999") == ()

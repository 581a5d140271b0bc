"""Whether a 12-digit personal number can be right. It has no check digit, so nothing is refused.

3 digits province of birth registration (100 and up: a country), 1 digit century and sex (0 M, 1 F
for 19xx, 2 and 3 for 20xx, ...), 2 digits birth year, 6 random ones (137/2015/NĐ-CP, art. 13).
"""

import re

from credentials.evidence import Sex, Warning

# 07/2016/TT-BCA, annex: the provinces in which a birth can have been registered.
_PROVINCES = (
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 "
    "026 027 030 031 033 034 035 036 037 038 040 042 044 045 046 048 "
    "049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 "
    "077 079 080 082 083 084 086 087 089 091 092 093 094 095 096"
)

TWELVE_DIGITS = re.compile(r"[0-9]{12}")


def id_number_warnings(number: str, birth_date: str | None, sex: Sex | None) -> tuple[Warning, ...]:
    """Warnings for 12 open digits against what else the code says; () for any other number."""
    if not TWELVE_DIGITS.fullmatch(number):
        return ()
    warnings: list[Warning] = []
    if number[:3] < "100" and number[:3] not in _PROVINCES:
        warnings.append("id_province")
    century_sex = int(number[3])
    year = 1900 + 100 * (century_sex // 2) + int(number[4:6])
    if century_sex > 3 or (birth_date is not None and int(birth_date[:4]) != year):
        warnings.append("id_birth_year")
    if sex is not None and sex != ("F" if century_sex % 2 else "M"):
        warnings.append("id_sex")
    return tuple(warnings)

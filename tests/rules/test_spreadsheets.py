import pytest

from coop.rules.spreadsheets import as_csv


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1"])
def test_no_cell_of_text_starts_a_formula(cell):
    assert as_csv(["a"], [[cell]]).splitlines()[1].lstrip('"').startswith("'")


def test_numbers_stay_numbers():
    assert as_csv(["a", "b"], [[-5, "-5.00"]]) == "a,b\r\n-5,-5.00\r\n"

"""decimal, thousands, times, from, to: numbers as people write them."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.facts.files.steps.numbers import product, written
from tests.facts.files.steps.mapped import mapped, of_file, taken

GERMAN = 'column = "n", decimal = ",", thousands = "."'
EUR = 'value = "EUR"'


@pytest.mark.parametrize(
    ("cell", "text", "amount"),
    [
        (GERMAN, "1.250,50", 1250.5),
        (GERMAN, "1250,50", 1250.5),
        (GERMAN, "1.250", 1250.0),
        (GERMAN, "1.234.567", 1234567.0),
        ('column = "n", thousands = ","', "1,250.50", 1250.5),
        ('column = "n", thousands = ","', "12,34,567.5", 1234567.5),
        ('column = "n", thousands = "\'"', "1\u2019250.50", 1250.5),
        ('column = "n", decimal = ",", thousands = " "', "1\u202f250,50", 1250.5),
        ('column = "n", decimal = ","', "0,5", 0.5),
    ],
)
def test_amounts_are_read_as_the_mapping_says_that_they_are_written(
    cell: str, text: str, amount: float, tmp_path: Path
) -> None:
    found = taken(tmp_path, f'n\n"{text}"\n', mapped("obligations", amount=cell, currency=EUR))
    assert found.column("amount") == [amount]


@pytest.mark.parametrize(
    "text", ["12.50", "0.125", "1.25,0", "1.250.5", "1,250.50", "1.250,50,5", "1..250", "1 250", "EUR 5"]
)
def test_a_number_that_is_written_otherwise_is_refused_and_not_taken_for_another(
    text: str, tmp_path: Path
) -> None:
    found = taken(tmp_path, f'n\n"{text}"\n', mapped("obligations", amount=GERMAN, currency=EUR))
    assert found.refused == [(2, "n", text)]
    unit = ", without a currency or a unit" if "EUR" in text else ""
    reason = "not a number; the mapping says that numbers are written as 1.250,50 is"
    assert found.rejects[0].reason == reason + unit


MARKS = st.sampled_from([(".", ","), (",", "."), (".", " "), (",", "'"), (".", ""), (",", "")])


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), MARKS)
def test_any_number_that_can_be_written_so_is_read_back(number: Decimal, marks: tuple[str, str]) -> None:
    point, thousands = marks
    text = f"{number:,.2f}".replace(".", "!").replace(",", thousands).replace("!", point)
    assert Decimal(written(point, thousands or None)(text)) == number


def test_one_form_of_numbers_can_be_said_for_the_whole_file_and_for_conditions(tmp_path: Path) -> None:
    made = mapped(
        "obligations",
        'decimal = ","\nthousands = "."',
        '{ column = "n", at_least = 1000 }',
        amount='column = "n"',
        currency=EUR,
    )
    found = taken(tmp_path, 'n\n"1.250,50"\n"999,99"\n12.50\n', made)
    assert found.column("amount") == [1250.5]
    assert found.refused == [(4, "n", "12.50")]


def test_numbers_of_parquet_are_numbers_and_have_no_marks(tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": [1.125, 1250.0]}), tmp_path / "export.parquet")
    found = of_file(tmp_path / "export.parquet", mapped("obligations", amount=GERMAN, currency=EUR))
    assert found.column("amount") == [1.125, 1250.0]


DEBIT = 'column = "n", minus_where = { column = "side", one_of = ["D", "DBIT"] }'


def test_a_number_is_below_nothing_where_the_condition_holds(tmp_path: Path) -> None:
    made = mapped("payments", amount=DEBIT)
    found = taken(tmp_path, "n,side\n1.50,D\n1.50,C\n1.50,\n2,DBIT\n-2,C\n", made)
    assert found.column("amount") == [-1.5, 1.5, 1.5, -2.0, -2.0]


def test_a_sign_beside_the_mark_that_gives_it_is_refused(tmp_path: Path) -> None:
    made = mapped("payments", amount=DEBIT + ', decimal = ","')
    found = taken(tmp_path, 'n,side\n-1,D\n+1,D\n"2,50",D\n', made)
    assert found.column("amount") == [-2.5]
    assert found.refused == [(2, "n", "-1"), (3, "n", "+1")]


def test_what_takes_a_debit_below_nothing_is_no_amount_of_an_obligation(tmp_path: Path) -> None:
    found = taken(tmp_path, "n,side\n1.50,D\n", mapped("obligations", amount=DEBIT, currency=EUR))
    assert found.refused == [(2, "n", "1.50")]


PRICE = 'column = "price", times = "quantity"'


def test_an_amount_is_the_exact_product_of_two_columns(tmp_path: Path) -> None:
    found = taken(tmp_path, "price,quantity\n2.55,6\n0.1,3\n", mapped("obligations", amount=PRICE, currency=EUR))
    assert found.column("amount") == [15.3, 0.3]


def test_a_product_without_one_of_its_numbers_is_refused_by_that_column(tmp_path: Path) -> None:
    content = "price,quantity\n2.55,many\ndear,6\n2.55,\n2,-1\n1e999999999,1e999999999\n"
    found = taken(tmp_path, content, mapped("obligations", amount=PRICE, currency=EUR))
    assert found.refused[:4] == [
        (2, "quantity", "many"),
        (3, "price", "dear"),
        (4, "quantity", ""),
        (5, "price", "2"),
    ]
    assert found.rows == []


@given(st.decimals(-(10**9), 10**9, places=4), st.decimals(-(10**9), 10**9, places=4))
def test_a_product_is_exact(one: Decimal, other: Decimal) -> None:
    [found] = product(pd.Series([str(one)], dtype="str"), pd.Series([str(other)], dtype="str"))
    assert Fraction(found) == Fraction(one) * Fraction(other)

"""Reading one CSV file of figures: every row is checked, and the first that is wrong refuses the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from providers.pricing.refusal import PriceBookRefused

MOST_USD = Decimal(100_000)
"""US dollars an hour or unit, ours. The dearest figure that ships is $128 an hour, eight H100 on Azure: what is nearly
a thousand times that is a slip of the unit or of the decimal point."""
MOST_COUNTED = 1_000_000
"""Cores, GiB, zones or accelerators of one machine. Ours."""


@dataclass(frozen=True, slots=True)
class Row:
    file: str
    line: int
    cells: dict[str, str]

    def refuse(self, reason: str) -> PriceBookRefused:
        return PriceBookRefused(self.file, self.line, reason)

    def text(self, column: str) -> str:
        value = self.cells[column].strip()
        if not value:
            raise self.refuse(f"{column} is empty")
        return value

    def whole(self, column: str, *, least: int = 0) -> int:
        """An integer, `least` where the cell is blank and 0 is allowed."""
        value = self.cells[column].strip()
        if not value and least == 0:
            return 0
        if not value.isdecimal():
            raise self.refuse(f"{column} is {_shown(value)}, not a whole number of at least {least}")
        counted = self._decimal(column, value)
        if counted < least:
            raise self.refuse(f"{column} is {_shown(value)}, not a whole number of at least {least}")
        if counted > MOST_COUNTED:
            raise self.refuse(f"{column} is {_shown(value)}, more than any machine has: at most {MOST_COUNTED:,}")
        return int(counted)

    def number(self, column: str) -> float:
        value = self.text(column)
        parsed = self._decimal(column, value)
        if parsed > MOST_COUNTED:
            raise self.refuse(f"{column} is {_shown(value)}, more than any machine has: at most {MOST_COUNTED:,}")
        return float(parsed)

    def money(self, column: str) -> Decimal | None:
        """US dollars; None where the cell is blank, because a missing price is unknown and never zero."""
        value = self.cells[column].strip()
        if not value:
            return None
        parsed = self._decimal(column, value)
        if parsed > MOST_USD:
            raise self.refuse(
                f"{column} is {_shown(value)}, above ${MOST_USD:,} for one hour or unit, which no list price is near;"
                " check the unit and the decimal point"
            )
        return parsed

    def _decimal(self, column: str, value: str) -> Decimal:
        try:
            parsed = Decimal(value)
        except InvalidOperation:
            raise self.refuse(f"{column} is {_shown(value)}, not a number") from None
        if not parsed.is_finite():
            raise self.refuse(f"{column} is {_shown(value)}, not a finite number")
        if parsed < 0:
            raise self.refuse(f"{column} is negative: {value}")
        return parsed


def _shown(value: str) -> str:
    """A cell may hold thousands of digits, and its refusal is one line."""
    return repr(value if len(value) <= 40 else f"{value[:39]}…")


def rows_of(file: str, data: bytes, columns: tuple[str, ...], key: tuple[str, ...]) -> Iterator[Row]:
    """The rows of one file, in order. Raises PriceBookRefused on an unknown or missing column, a row of another
    length, or two rows with the same key."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PriceBookRefused(file, 1, f"not UTF-8 text: {error.reason}") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if tuple(header) != columns:
            raise PriceBookRefused(file, 1, _header_fault(tuple(header), columns))
        seen: dict[tuple[str, ...], int] = {}
        for cells in reader:
            if len(cells) != len(columns):
                raise PriceBookRefused(file, reader.line_num, f"{len(cells)} fields, {len(columns)} expected")
            row = Row(file, reader.line_num, dict(zip(columns, cells, strict=True)))
            identity = tuple(row.text(column) for column in key)
            if identity in seen:
                raise row.refuse(f"duplicate id {' '.join(identity)}, first on line {seen[identity]}")
            seen[identity] = row.line
            yield row
    except csv.Error as error:
        raise PriceBookRefused(file, reader.line_num, f"not valid CSV: {error}") from None


def _header_fault(header: tuple[str, ...], columns: tuple[str, ...]) -> str:
    if unknown := [name for name in header if name not in columns]:
        return f"unknown field {unknown[0]!r}"
    if missing := [name for name in columns if name not in header]:
        return f"missing field {missing[0]!r}"
    return f"fields must be in the order {', '.join(columns)}"

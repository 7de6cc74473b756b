"""Tables: rows of cells, kept by columns.

The document is `{"format": "pivot.table", "version": 1, "row_count": n, "columns": [{"name", "type", "values"}, …]}`:
- `number`: integers and floats. NaN and the infinities are the strings "NaN", "Infinity" and "-Infinity".
- `text` and `boolean`: strings, and true and false.
- `mixed`: cells of several types; a number that is not finite is `{"number": "NaN"}` there, unlike a text "NaN".
A cell without a value is null in every type. Columns stand in the order in which rows first name them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Union

#: The most rows, columns and cells of a table, and the most characters of a text in it.
MAXIMUM_ROWS = 100_000
MAXIMUM_COLUMNS = 1_000
MAXIMUM_CELLS = 1_000_000
MAXIMUM_TEXT_LENGTH = 16_384

_Cell = Union[None, bool, int, float, str]


def table_document(rows: Any) -> dict[str, Any]:
    """The document of a list of dicts, or of a DataFrame of pandas or polars.

    Raises TypeError for anything that is not a table, and ValueError, naming the bound, for a table that is too large.
    """
    columns = _columns(rows)
    row_count = max((len(values) for values in columns.values()), default=0)
    _check("columns", len(columns), MAXIMUM_COLUMNS)
    _check("rows", row_count, MAXIMUM_ROWS)
    _check("cells", row_count * len(columns), MAXIMUM_CELLS)
    described = []
    for name, values in columns.items():
        cells = [_cell(value) for value in values]
        kind = _type(cells)
        described.append({"name": name, "type": kind, "values": [_written(cell, kind) for cell in cells]})
    return {"format": "pivot.table", "version": 1, "row_count": row_count, "columns": described}


def _columns(rows: Any) -> dict[str, list[Any]]:
    if hasattr(rows, "to_dicts"):  # a DataFrame of polars
        return _transposed(rows.to_dicts())
    if hasattr(rows, "to_dict") and hasattr(rows, "columns"):  # a DataFrame of pandas
        return {str(name): list(values) for name, values in rows.to_dict("list").items()}
    if isinstance(rows, (str, bytes, Mapping)) or not isinstance(rows, Iterable):
        raise TypeError(f"table(): a {type(rows).__name__} is not a table; give a list of dicts or a DataFrame.")
    return _transposed(rows)


def _transposed(rows: Iterable[Any]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {}
    count = 0
    for row in rows:
        if not isinstance(row, Mapping):
            raise TypeError(f"table(): row {count} is a {type(row).__name__}; each row must be a dict of cells by column.")
        for name, value in row.items():
            column = columns.setdefault(str(name), [])
            column.extend([None] * (count - len(column)))
            column.append(value)
        count += 1
        _check("rows", count, MAXIMUM_ROWS)
        _check("columns", len(columns), MAXIMUM_COLUMNS)
    for column in columns.values():
        column.extend([None] * (count - len(column)))
    return columns


def _cell(value: Any) -> _Cell:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        text = value
    elif hasattr(value, "item") and getattr(value, "ndim", None) == 0:  # a scalar of NumPy, a tensor of one number
        return _cell(value.item())
    elif hasattr(value, "isoformat"):
        text = str(value.isoformat())
    else:
        text = str(value)
    if len(text) > MAXIMUM_TEXT_LENGTH:
        raise ValueError(
            f"table(): a text of {len(text)} characters is longer than {MAXIMUM_TEXT_LENGTH}; shorten it, or save it with file()."
        )
    return text


def _type(cells: list[_Cell]) -> str:
    kinds = set()
    for cell in cells:
        if isinstance(cell, bool):
            kinds.add("boolean")
        elif isinstance(cell, (int, float)):
            kinds.add("number")
        elif cell is not None:
            kinds.add("text")
    return kinds.pop() if len(kinds) == 1 else "mixed" if kinds else "text"


def _written(cell: _Cell, kind: str) -> Any:
    if not isinstance(cell, float) or math.isfinite(cell):
        return cell
    name = "NaN" if math.isnan(cell) else "Infinity" if cell > 0 else "-Infinity"
    return {"number": name} if kind == "mixed" else name


def _check(what: str, count: int, limit: int) -> None:
    if count > limit:
        raise ValueError(f"table(): more than {limit} {what} are not accepted; log fewer, or save a file with file().")

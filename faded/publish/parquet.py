"""Tables as Parquet, with what `datasets` needs to know of them in the file: pictures are there as pictures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from faded.publish.tables import Column, Holds, Picture, Table, Value

ROWS = 100
"""Of a group: the pictures of as many rows are in memory at once, and the hub's viewer reads one group at a time."""


def write_parquet(table: Table, workspace: Path, file: Path) -> None:
    """Write a table.

    Raises:
        FadedError: a picture is missing from the workspace.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    features = {column.name: _feature(column) for column in table.columns}
    schema = pa.schema(
        [(column.name, _type(column)) for column in table.columns],
        metadata={"huggingface": json.dumps({"info": {"features": features}})},
    )
    with pq.ParquetWriter(file, schema) as writer:
        for start in range(0, len(table.rows), ROWS):  # an empty group would not be read
            rows = [
                {name: _held(value, workspace) for name, value in row.items()}
                for row in table.rows[start : start + ROWS]
            ]
            writer.write_table(pa.Table.from_pylist(rows, schema))


def _type(column: Column) -> Any:
    """Return the type of a column in Arrow."""
    import pyarrow as pa

    if column.holds is Holds.PICTURE:
        return pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    if column.holds is Holds.NUMBERS:
        return pa.struct([(name, pa.float64()) for name in column.names])
    return {Holds.TEXT: pa.string(), Holds.WHOLE: pa.int64(), Holds.NUMBER: pa.float64()}[column.holds]


def _feature(column: Column) -> Mapping[str, Any]:
    """Return what `datasets` calls the same."""
    if column.holds is Holds.PICTURE:
        return {"_type": "Image"}
    if column.holds is Holds.NUMBERS:
        return {name: {"_type": "Value", "dtype": Holds.NUMBER.value} for name in column.names}
    return {"_type": "Value", "dtype": column.holds.value}


def _held(value: Value, workspace: Path) -> Any:
    return {"bytes": value.read(workspace), "path": value.file} if isinstance(value, Picture) else value

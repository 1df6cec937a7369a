"""A program of its own that reads a partner's file, for nobody trusts what is in it.

    python -m credit.api.batch_rows FILE FORMAT SKIP < contract.toml

It runs without the product's environment and under limits, and answers with a line of JSON for each
row: `["total", 3]`, then `[1, {request}]` or `[2, null, [[pointer, code, message]]]`, then
`["end"]`; or `["refused", [[pointer, code, message]]]`. `credit.untrusted_rows` starts it.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scoring.confinement import confine

MEMORY = 1_500_000_000  # bytes of address space, of which libraries and the mapped file take most
CPU_SECONDS = 900


def main(arguments: list[str]) -> None:
    """Answer line by line; whoever reads it sets the pace."""
    confine(memory=MEMORY, cpu_seconds=CPU_SECONDS)
    for said in _answer(*arguments):
        sys.stdout.write(json.dumps(said, separators=(",", ":")) + "\n")


def _answer(file: str, kind: str, skip: str) -> Iterator[Any]:
    # Loaded under the limits: these bring the libraries that read the file.
    from scoring.contract import Contract  # noqa: PLC0415
    from scoring.features import InputRefused  # noqa: PLC0415
    from scoring.files.reading_csv import FileRefused  # noqa: PLC0415
    from scoring.files.request_rows import Format, open_rows  # noqa: PLC0415

    contract = Contract.parse(sys.stdin.buffer.read())
    try:
        rows = open_rows(Path(file), Format(kind), contract=contract, parse=_parse, skip=int(skip))
        yield ["total", rows.total]
        for row in rows.wanted:
            yield (
                [row.number, row.body]
                if row.body is not None
                else [row.number, None, _told(row.problems)]
            )
    except InputRefused as refused:
        yield ["refused", _told(refused.problems)]
    except FileRefused as refused:
        yield ["refused", [["", "unreadable", str(refused)]]]
    else:
        yield ["end"]


def _parse(line: bytes) -> dict[str, object]:
    from credit.api import strict_json  # noqa: PLC0415
    from scoring.features import FieldProblem, InputRefused  # noqa: PLC0415

    try:
        return strict_json.parse_object(line, what="The line")
    except strict_json.JsonRefused as refused:
        faults = [FieldProblem(each.pointer, each.code, each.detail) for each in refused.faults]
        raise InputRefused(tuple(faults)) from refused


def _told(problems: Any) -> list[list[str]]:
    return [[item.pointer, item.code, item.message] for item in problems]


if __name__ == "__main__":
    main(sys.argv[1:])

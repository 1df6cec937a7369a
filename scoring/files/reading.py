"""A file of loans or applications as chunks of text cells, whoever wrote it and however.

CSV in any encoding and with any delimiter, Parquet, and gzip of either, told apart by what is in
them and not by their names. Nothing is held whole: a chunk is some thousand rows.
"""

import gzip
import hashlib
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import polars as pl

from scoring.files.reading_csv import FileRefused, csv_table, dialect_of
from scoring.files.reading_parquet import parquet_table

__all__ = ["Chunk", "FileRefused", "Table", "open_table"]

LARGEST_UNPACKED = 8_000_000_000  # bytes of a gzip file's content
BLOCK = 1 << 20
_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"
_OTHERS = {  # first bytes of what is often sent instead
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"BZh": "packed with bzip2",
    b"\xfd7zX": "packed with xz",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"\x28\xb5\x2f\xfd": "packed with Zstandard",
    b"%PDF": "a PDF document",
    b'{"': "a file of JSON",
    b"<htm": "a web page",
    b"<!DO": "a web page",
    b"<?xm": "a file of XML",
}
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some consecutive rows: cells as text, null where there is none."""

    first: int  # number of its first row; 1 is the first row of data
    cells: pl.DataFrame
    ragged: dict[int, str]  # row number to what is wrong with its number of cells; all null there
    share: float  # of the file, read so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """An opened file: what it is, and its rows, to be gone through once."""

    name: str
    sha256: str  # of the file as it is, bare hexadecimal
    encoding: str  # of CSV; "" of Parquet
    delimiter: str  # of CSV; "" of Parquet
    columns: tuple[str, ...]
    chunks: Iterator[Chunk]


@contextmanager
def open_table(
    file: Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    date_format: str = "%Y-%m-%d",
) -> Iterator[Table]:
    """Open a file of rows.

    Parameters
    ----------
    file : Path
        CSV, Parquet, or gzip of either.
    encoding, delimiter : str or None
        Of a CSV file; None to detect them. The encoding is the one that a byte order mark names,
        else UTF-8 where the whole file is valid UTF-8, else Windows-1252, else Latin-1. The
        delimiter is the one of `, ; tab |` that cuts the first hundred lines most evenly.
    date_format : str
        How to write dates that are no text, as in Parquet.

    Raises
    ------
    FileRefused
        It is empty, no CSV or Parquet file, cannot be read, has a first line that does not name
        the columns, or unpacks to more than 8 GB.

    Examples
    --------
    >>> with open_table(Path("contracts/consumer-loan/loans.csv")) as loans:
    ...     loans.encoding, loans.delimiter, len(loans.columns)
    ('utf-8', ',', 21)
    """
    sha256 = sha256_of(file)
    with _unpacked(file) as (content, first):
        if first.startswith(_PARQUET):
            columns, rows = parquet_table(content, name=file.name, date_format=date_format)
            encoding = delimiter = ""
        elif file.name.endswith(".parquet"):
            raise FileRefused(f"{file.name} is named as Parquet and is none")
        else:
            _check_is_text(first, name=file.name)
            dialect = dialect_of(content, name=file.name, encoding=encoding, delimiter=delimiter)
            columns, rows = csv_table(content, dialect, name=file.name)
            encoding, delimiter = dialect.encoding, dialect.delimiter
        yield Table(
            name=file.name,
            sha256=sha256,
            encoding=encoding,
            delimiter=delimiter,
            columns=columns,
            chunks=(Chunk(first=f, cells=c, ragged=r, share=s) for f, c, r, s in rows),
        )


def sha256_of(file: Path) -> str:
    """Name a file by its content, without holding it."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _check_is_text(first: bytes, *, name: str) -> None:
    """Refuse what only looks like a file of lines."""
    for mark, what in _OTHERS.items():
        if first.startswith(mark):
            raise FileRefused(
                f"{name} is {what}: bring what is in it as CSV, Parquet, or gzip of either"
            )


@contextmanager
def _unpacked(file: Path) -> Iterator[tuple[Path, bytes]]:
    """Give the file itself, or what a gzip file holds, and its first bytes."""
    with file.open("rb") as opened:
        first = opened.read(4)
    if not first:
        raise FileRefused(f"{file.name} is empty")
    if not first.startswith(_GZIP):
        yield file, first
        return
    with tempfile.NamedTemporaryFile(prefix="evenhand-") as beside:
        _gunzip(file, beside.file)
        unpacked = Path(beside.name)
        with unpacked.open("rb") as opened:
            first = opened.read(4)
        if not first:
            raise FileRefused(f"{file.name} is empty")
        yield unpacked, first


def _gunzip(file: Path, into: IO[bytes]) -> None:
    try:
        with gzip.open(file) as packed:
            while block := packed.read(BLOCK):
                into.write(block)
                if into.tell() > LARGEST_UNPACKED:
                    raise FileRefused(
                        f"{file.name} unpacks to more than {LARGEST_UNPACKED:,} bytes"
                    )
    except (OSError, EOFError, zlib.error) as error:
        raise FileRefused(f"{file.name} cannot be unpacked: {error}") from error
    into.flush()

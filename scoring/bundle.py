"""A released model as one file that is data only: graph, contract, scorecard, card, hashes.

The file is a zip of stored (not compressed) members with fixed times and sorted names, so the
same members are the same bytes on every machine, whatever its compression library. Reading
refuses any other name, and any file that is not to the byte what packing its members gives. That
leaves no room for hidden members, two of one name, names that leave a folder, links, comments, or
what grows when unpacked.
"""

import io
import json
import math
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoring import onnx_safety
from scoring.canonical import no_doubles
from scoring.contract import Contract, ContractRefused, hash_of
from scoring.manifest_shape import misshapen

FORMAT = 1
LARGEST_BUNDLE = 160_000_000  # bytes
LARGEST_MANIFEST = 2_000_000
LARGEST_INTEGER = 2**63 - 1
MEMBERS = ("card.md", "contract.toml", "manifest.json", "model.onnx", "scorecard.json")
OPTIONAL = ("ensemble.onnx", "familiarity.json")  # how sure the model is, and of whom
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
# ValueError: a name that is no UTF-8, a place before the beginning.
_ZIP_ERRORS = (
    *(zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError),
    *(ValueError, struct.error),
)


class BundleRefused(ValueError):
    """The bundle is not the registered one, or holds what no bundle may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A released model, checked."""

    hash: str  # "sha256:…" of the file
    manifest: dict[str, Any]
    contract: Contract
    model: bytes
    scorecard: dict[str, Any] | None
    card: str
    ensemble: bytes | None = None  # a graph of the bootstrap models
    familiarity: dict[str, Any] | None = None  # what the training data looked like


def identity(members: Mapping[str, bytes], *, contract: Contract) -> dict[str, Any]:
    """Say what a manifest must say for these members: the part of it that reading checks.

    Parameters
    ----------
    members : mapping of name to content
        All members but `manifest.json`, which is ignored where it is present.
    contract : Contract
        Read from the member `contract.toml`.

    Returns
    -------
    dict
        Keys `format`, `product`, `contract_hash`, `model_sha256` and `members` (name to hash);
        every hash is written "sha256:…".
    """
    return {
        "format": FORMAT,
        "product": contract.slug,
        "contract_hash": contract.hash,
        "model_sha256": hash_of(members["model.onnx"]),
        "members": {
            name: hash_of(content)
            for name, content in sorted(members.items())
            if name != "manifest.json"
        },
    }


def pack(members: Mapping[str, bytes]) -> bytes:
    """Pack members into a file whose bytes depend on nothing but them.

    Parameters
    ----------
    members : mapping of name to content
        All of `MEMBERS`, and any of `OPTIONAL`.

    Returns
    -------
    bytes
        A zip file.

    Raises
    ------
    BundleRefused
        A member is missing, or there is one too many.
    """
    _check_names(list(members))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, date_time=_FIXED_TIME)
            entry.create_system = 3  # the same on every operating system
            entry.external_attr = 0o100444 << 16
            archive.writestr(entry, members[name])
    return packed.getvalue()


def open_bundle(place: Path, *, expected_hash: str) -> Bundle:
    """Read a bundle and check all of it.

    Parameters
    ----------
    place : Path
        The file, or a folder that holds exactly its members.
    expected_hash : str
        "sha256:…" of the file, as registered.

    Raises
    ------
    BundleRefused
        It is missing, altered, too large, or holds what no bundle may hold.
    """
    try:
        content = _pack_folder(place) if place.is_dir() else _read(place, most=LARGEST_BUNDLE)
    except OSError as error:
        raise BundleRefused(f"the bundle cannot be read: {error.strerror}") from error
    return read_bundle(content, expected_hash=expected_hash)


def read_bundle(content: bytes, *, expected_hash: str) -> Bundle:
    """Read a bundle from its bytes and check all of it.

    Raises
    ------
    BundleRefused
        It is altered, too large, or holds what no bundle may hold.
    """
    found = hash_of(content)
    if found != expected_hash:
        raise BundleRefused(f"the bundle is {found}, not {expected_hash} as registered")
    members = unpack(content)
    manifest = _json(members["manifest.json"], name="manifest.json")
    if manifest is None:
        raise BundleRefused("manifest.json says nothing")
    contract = _contract(members["contract.toml"])
    _check_manifest(manifest, members, contract)
    _check_model(members["model.onnx"])
    if "ensemble.onnx" in members:
        _check_model(members["ensemble.onnx"], name="ensemble.onnx")
    return Bundle(
        hash=found,
        manifest=manifest,
        contract=contract,
        model=members["model.onnx"],
        scorecard=_json(members["scorecard.json"], name="scorecard.json"),
        card=_text(members["card.md"], name="card.md"),
        ensemble=members.get("ensemble.onnx"),
        familiarity=_json(members["familiarity.json"], name="familiarity.json")
        if "familiarity.json" in members
        else None,
    )


def unpack(content: bytes) -> dict[str, bytes]:
    """Take the members out of a file that `pack` made.

    Raises
    ------
    BundleRefused
        `pack` did not make it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_entries(archive.infolist())
            members = {name: archive.read(name) for name in archive.namelist()}
    except BundleRefused:
        raise
    except _ZIP_ERRORS as error:
        raise BundleRefused(f"the bundle is no zip file that can be read: {error}") from error
    if pack(members) != content:
        raise BundleRefused("the file holds more than its members, or says more of them")
    return members


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    _check_names(names)
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise BundleRefused("a member is compressed; a bundle's members are stored")
    if names != sorted(names):
        raise BundleRefused("the members are not in order")


def _check_names(names: list[str]) -> None:
    needed = sorted(name for name in names if name not in OPTIONAL)
    if needed != list(MEMBERS) or len(set(names)) != len(names):
        shown = ", ".join(repr(name) for name in sorted(names)[:20])
        raise BundleRefused(f"the members must be {', '.join(MEMBERS)}; found {shown}")


def _check_manifest(
    manifest: dict[str, Any], members: Mapping[str, bytes], contract: Contract
) -> None:
    true = identity(members, contract=contract)
    wrong = sorted(key for key in true if manifest.get(key) != true[key])
    if wrong:
        raise BundleRefused(f"the manifest does not fit the bundle: {', '.join(wrong)}")
    unread = misshapen(manifest)
    if unread:
        raise BundleRefused(f"the manifest cannot be read: {', '.join(unread)}")


def _check_model(model: bytes, *, name: str = "model.onnx") -> None:
    try:
        onnx_safety.check(model)
    except onnx_safety.GraphRefused as error:
        raise BundleRefused(f"{name}: {error}") from error


def _contract(content: bytes) -> Contract:
    try:
        return Contract.parse(content)
    except ContractRefused as error:
        raise BundleRefused(f"the bundle's contract is refused:\n{error}") from error


def _json(content: bytes, *, name: str) -> dict[str, Any] | None:
    if len(content) > LARGEST_MANIFEST:
        raise BundleRefused(f"{name} is larger than {LARGEST_MANIFEST:,} bytes")
    try:
        value = json.loads(
            content,
            object_pairs_hook=no_doubles,
            parse_constant=_no_constants,
            parse_float=_finite,
            parse_int=_moderate,
        )
    except (ValueError, RecursionError) as error:
        raise BundleRefused(f"{name} is no JSON: {error}") from error
    if value is not None and not isinstance(value, dict):
        raise BundleRefused(f"{name} must hold an object")
    return value


def _no_constants(word: str) -> float:
    raise ValueError(f"{word} is no number")


def _finite(word: str) -> float:
    number = float(word)
    if not math.isfinite(number):  # 1e999
        raise ValueError(f"{word} is no number")
    return number


def _moderate(word: str) -> int:
    number = int(word)
    if abs(number) > LARGEST_INTEGER:
        raise ValueError("an integer is too large")
    return number


def _text(content: bytes, *, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BundleRefused(f"{name} is not UTF-8") from error


def _pack_folder(folder: Path) -> bytes:
    _check_names([item.name for item in folder.iterdir()])
    if any(item.is_symlink() or not item.is_file() for item in folder.iterdir()):
        raise BundleRefused("a bundle's folder holds plain files only")
    names = sorted(item.name for item in folder.iterdir())
    return pack({name: _read(folder / name, most=LARGEST_BUNDLE) for name in names})


def _read(file: Path, *, most: int) -> bytes:
    with file.open("rb") as opened:
        content = opened.read(most + 1)
    if len(content) > most:
        raise BundleRefused(f"{file.name} is larger than {most:,} bytes")
    return content

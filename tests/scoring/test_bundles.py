import io
import json
import zipfile

import pytest
import toy_release

from scoring import bundle
from scoring.bundle import BundleRefused, open_bundle, pack, read_bundle, unpack
from scoring.contract import hash_of


@pytest.fixture(scope="module")
def model(contract):
    return toy_release.graph(contract).SerializeToString()


@pytest.fixture
def members(contract, model):
    return toy_release.members(contract, model=model)


@pytest.fixture
def content(members):
    return pack(members)


def read(content):
    return read_bundle(content, expected_hash=hash_of(content))


def zipped(members, *, compression=zipfile.ZIP_STORED):
    """Zip members in their order, as any zip program would."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return made.getvalue()


def test_a_bundle_holds_what_was_packed(contract, members, content, model):
    opened = read(content)

    assert opened.contract == contract
    assert opened.model == model
    assert opened.card == "# A toy\n"
    assert opened.scorecard == toy_release.scorecard(contract)
    assert opened.manifest["seed"] == 42
    assert opened.hash == hash_of(content)


def test_the_same_members_are_the_same_bytes(members, content):
    assert pack(dict(reversed(members.items()))) == content


def test_a_release_without_a_scorecard_says_null(contract, model):
    members = toy_release.members(contract, model=model)
    members["scorecard.json"] = b"null"
    members["manifest.json"] = json.dumps(bundle.identity(members, contract=contract)).encode()

    assert read(pack(members)).scorecard is None


def test_a_file_and_a_folder_open_alike(tmp_path, members, content):
    file, folder = tmp_path / "bundle.zip", tmp_path / "bundle"
    file.write_bytes(content)
    folder.mkdir()
    for name, data in members.items():
        (folder / name).write_bytes(data)

    from_file = open_bundle(file, expected_hash=hash_of(content))
    from_folder = open_bundle(folder, expected_hash=hash_of(content))

    assert from_file == from_folder


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(BundleRefused, match="cannot be read"):
        open_bundle(tmp_path / "gone.zip", expected_hash="sha256:00")


def test_another_file_than_the_registered_one_is_refused(content):
    altered = content[:-40] + b"x" + content[-39:]

    with pytest.raises(BundleRefused, match=r"not sha256:.* as registered"):
        read_bundle(altered, expected_hash=hash_of(content))


@pytest.mark.parametrize("name", [name for name in bundle.MEMBERS if name != "manifest.json"])
def test_an_altered_member_is_refused(members, name):
    members[name] += b" "

    with pytest.raises(BundleRefused, match="the manifest does not fit the bundle"):
        read(pack(members))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("format", 2), ("format", None), ("product", "other"), ("contract_hash", "sha256:00")),
        *(("model_sha256", "sha256:00"), ("members", {}), ("members", None)),
    ],
)
def test_a_manifest_that_says_something_else_is_refused(members, key, value):
    manifest = json.loads(members["manifest.json"]) | {key: value}
    members["manifest.json"] = json.dumps(manifest).encode()

    with pytest.raises(BundleRefused, match=f"does not fit the bundle: {key}"):
        read(pack(members))


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        (b"", "is no JSON"),
        (b"null", "says nothing"),
        (b"[]", "must hold an object"),
        (b'{"a": 1, "a": 2}', "'a' stands twice"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": 1e999}', "1e999 is no number"),
        (b'{"a": 9223372036854775808}', "an integer is too large"),
        (b"\xff", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b" " * 2_000_001, "is larger than"),
    ],
)
def test_a_manifest_that_is_no_json_is_refused(members, manifest, says):
    members["manifest.json"] = manifest

    with pytest.raises(BundleRefused, match=says):
        read(pack(members))


def test_a_contract_that_is_refused_refuses_its_bundle(members):
    members["contract.toml"] = b"slug = 1"

    with pytest.raises(BundleRefused, match="the bundle's contract is refused"):
        read(pack(members))


def test_a_card_must_be_text(contract, members):
    members["card.md"] = b"\xff"
    members["manifest.json"] = json.dumps(bundle.identity(members, contract=contract)).encode()

    with pytest.raises(BundleRefused, match=r"card\.md is not UTF-8"):
        read(pack(members))


def test_a_model_that_is_more_than_arithmetic_is_refused(contract):
    def reach_out(parts):
        parts["nodes"][-1].domain = "com.microsoft"

    model = toy_release.graph(contract, change=reach_out).SerializeToString()

    with pytest.raises(BundleRefused, match=r"operators of the domain 'com\.microsoft'"):
        read(pack(toy_release.members(contract, model=model)))


@pytest.mark.parametrize("extra", ["../evil", "/etc/x", "sub/model.onnx", "model.onnx.data", "C:x"])
def test_any_other_member_is_refused(members, extra):
    with pytest.raises(BundleRefused, match="the members must be"):
        pack(members | {extra: b""})
    with pytest.raises(BundleRefused, match="the members must be"):
        unpack(zipped([*sorted(members.items()), (extra, b"")]))


def test_a_missing_member_is_refused(members):
    del members["card.md"]

    with pytest.raises(BundleRefused, match="the members must be"):
        pack(members)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(members):
    with pytest.raises(BundleRefused, match="the members must be"):
        unpack(zipped([*sorted(members.items()), ("card.md", b"other")]))


def test_compressed_members_are_refused_before_they_grow(members):
    with pytest.raises(BundleRefused, match="is compressed"):
        unpack(zipped(sorted(members.items()), compression=zipfile.ZIP_DEFLATED))


def test_members_out_of_order_are_refused(members):
    with pytest.raises(BundleRefused, match="not in order"):
        unpack(zipped(sorted(members.items(), reverse=True)))


def test_bytes_that_no_member_accounts_for_are_refused(content):
    with pytest.raises(BundleRefused, match="more than its members"):
        unpack(content[:-2] + b"\x06\x00hidden")  # the comment of the archive
    with pytest.raises(BundleRefused, match="more than its members"):
        unpack(b"#!/bin/sh\n" + content)


CENTRAL, END = b"PK\x01\x02", b"PK\x05\x06"  # where a zip file lists its members, and its end


@pytest.mark.parametrize(
    ("place", "bits"),
    [(5, 0x03), (12, 0x01), (24, 0x01), (38, 0x10), (41, 0x20)],
    ids=["system", "time", "size", "folder", "link"],
)
def test_a_member_that_is_said_to_be_something_else_is_refused(content, place, bits):
    altered = bytearray(content)
    altered[content.index(CENTRAL) + place] ^= bits

    with pytest.raises(BundleRefused, match="says more of them"):
        unpack(bytes(altered))


def test_a_name_that_is_no_text_is_refused(content):
    altered = bytearray(content)
    place = content.index(CENTRAL)
    altered[place + 9] |= 0x08  # the name is said to be UTF-8
    altered[place + 46] = 0xFF

    with pytest.raises(BundleRefused, match="no zip file that can be read"):
        unpack(bytes(altered))


def test_a_list_of_members_that_begins_before_the_file_is_refused(content):
    altered = bytearray(content)
    altered[content.index(END) + 16] ^= 0x80

    with pytest.raises(BundleRefused):
        unpack(bytes(altered))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("calibration", {}), ("calibration", {"a": True, "b": 0}), ("calibration", 1)),
        *(("ensemble", {"models": 3}), ("ensemble", {"models": 0, "near": 1}), ("ensemble", "x")),
        *(("ensemble", {"models": 2.5, "near": 1}), ("ensemble", {"models": 2, "near": -1})),
        *(("features", []), ("features", {"x": 1}), ("features", {"x": {"splits": 1}})),
        *(("features", {"x": {"splits": ["1"]}}), ("features", {"x": {"low": "1"}})),
        *(("libraries", []), ("libraries", {"onnxruntime": 1})),
    ],
)
def test_a_part_of_the_manifest_that_serving_could_not_read_is_refused(members, name, value):
    manifest = json.loads(members["manifest.json"]) | {name: value}
    members["manifest.json"] = json.dumps(manifest).encode()

    with pytest.raises(BundleRefused, match=f"the manifest cannot be read: {name}"):
        read(pack(members))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip at all"])
def test_what_is_no_zip_is_refused(content):
    with pytest.raises(BundleRefused, match="no zip file that can be read"):
        unpack(content)


def test_a_member_that_was_damaged_is_refused(content):
    damaged = bytearray(content)
    damaged[content.index(b"# A toy")] ^= 1

    with pytest.raises(BundleRefused, match="no zip file that can be read"):
        unpack(bytes(damaged))


def test_a_folder_holds_plain_files_only(tmp_path, members, content):
    folder = tmp_path / "bundle"
    folder.mkdir()
    for name, data in members.items():
        (folder / name).write_bytes(data)
    (folder / "card.md").rename(tmp_path / "elsewhere")
    (folder / "card.md").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(BundleRefused, match="plain files only"):
        open_bundle(folder, expected_hash=hash_of(content))


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path):
    file = tmp_path / "bundle.zip"
    with file.open("wb") as opened:
        opened.truncate(bundle.LARGEST_BUNDLE + 1)

    with pytest.raises(BundleRefused, match="is larger than"):
        open_bundle(file, expected_hash="sha256:00")

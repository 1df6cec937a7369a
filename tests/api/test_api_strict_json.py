"""The strict reading of JSON: every ambiguity is refused by name, at its place, quickly."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.api.strict_json import JsonRefused, parse_object

MEGABYTE = 1_000_000

REFUSED = {
    "nothing": (b"", "", "not_json"),
    "blanks": (b" \n\t ", "", "not_json"),
    "no JSON": (b"product=consumer-loan", "", "not_json"),
    "half": (b'{"a": 1', "", "not_json"),
    "two objects": (b"{} {}", "", "not_json"),
    "a comma too many": (b'{"a": 1,}', "", "not_json"),
    "a comment": (b'{"a": 1} // so', "", "not_json"),
    "single quotes": (b"{'a': 1}", "", "not_json"),
    "a tab in a text": (b'{"a": "\t"}', "", "not_json"),
    "a raw NUL": (b'{"a": "\0"}', "", "not_json"),
    "a bad escape": (b'{"a": "\\x41"}', "", "not_json"),
    "digits of another script": ('{"a": \u0663\u0666}'.encode(), "", "not_json"),
    "full-width digits": ('{"a": \uff11}'.encode(), "", "not_json"),
    "an underscore in a number": (b'{"a": 1_0}', "", "not_json"),
    "a leading zero": (b'{"a": 01}', "", "not_json"),
    "a leading plus": (b'{"a": +1}', "", "not_json"),
    "a hexadecimal number": (b'{"a": 0x10}', "", "not_json"),
    "a list": (b"[]", "", "wrong_type"),
    "a text": (b'"a"', "", "wrong_type"),
    "a number": (b"1", "", "wrong_type"),
    "null": (b"null", "", "wrong_type"),
    "Latin-1": (b'{"a": "\xe9"}', "", "not_utf8"),
    "an overlong NUL": (b'{"a": "\xc0\x80"}', "", "not_utf8"),
    "a surrogate in UTF-8": (b'{"a": "\xed\xa0\x80"}', "", "not_utf8"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "", "not_utf8"),
    "UTF-16 without a mark": ('{"a": 1}'.encode("utf-16-le"), "", "not_json"),
    "what gzip made": (b"\x1f\x8b\x08\0", "", "compressed"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "", "byte_order_mark"),
    "a repeated key": (b'{"a": 1, "a": 1}', "/a", "duplicate_key"),
    "a repeated key, escaped": (b'{"a": 1, "\\u0061": 2}', "/a", "duplicate_key"),
    "a repeated key, inside": (b'{"f": [{}, {"a/b": 1, "a/b": 2}]}', "/f/1/a~1b", "duplicate_key"),
    "NaN": (b'{"f": {"a": NaN}}', "/f/a", "not_finite"),
    "Infinity": (b'{"a": Infinity}', "/a", "not_finite"),
    "minus Infinity": (b'{"a": [-Infinity]}', "/a/0", "not_finite"),
    "1e999": (b'{"a": 1e999}', "/a", "not_finite"),
    "-1e999": (b'{"a~b": -1e999}', "/a~0b", "not_finite"),
    "2 to the 63rd": (b'{"a": 9223372036854775808}', "/a", "number_too_large"),
    "a very long integer": (b'{"a": %s}' % (b"9" * 5000), "/a", "number_too_long"),
    "a very long fraction": (b'{"a": 0.%s}' % (b"1" * 5000), "/a", "number_too_long"),
    "an escaped NUL": (b'{"a": "x\\u0000"}', "/a", "not_storable"),
    "half of a pair": (b'{"a": "\\ud800"}', "/a", "not_storable"),
    "the other half": (b'{"a": ["\\udc00"]}', "/a/0", "not_storable"),
    "a pair the wrong way": (b'{"a": "\\udc00\\ud800"}', "/a", "not_storable"),
    "NUL in a key": (b'{"a\\u0000": 1}', "/a\N{REPLACEMENT CHARACTER}", "not_storable"),
    "half of a pair in a key": (b'{"\\ud800": 1}', "/\N{REPLACEMENT CHARACTER}", "not_storable"),
    "a very long key": (b'{"a": {"%s": 1}}' % (b"k" * 201), "/a", "key_too_long"),
    "21 objects deep": (b'{"a":' * 21 + b"1" + b"}" * 21, "", "too_deep"),
    "a deep list": (b'{"a": ' + b"[" * 20 + b"]" * 20 + b"}", "", "too_deep"),
}


@pytest.mark.parametrize(("raw", "pointer", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_ambiguous_is_refused_at_its_place(raw, pointer, code):
    with pytest.raises(JsonRefused) as caught:
        parse_object(raw)

    assert [(fault.pointer, fault.code) for fault in caught.value.faults] == [(pointer, code)]


@pytest.mark.parametrize(("raw", "pointer", "code"), REFUSED.values(), ids=REFUSED)
def test_a_fault_of_the_whole_says_what_it_is_of(raw, pointer, code):
    with pytest.raises(JsonRefused) as caught:
        parse_object(raw, what="The line")

    assert caught.value.faults[0].detail.startswith("The line ") == (pointer == "")


ACCEPTED = {
    "nothing in it": (b"{}", {}),
    "blanks around it": (b" \r\n{}\t", {}),
    "a pair of surrogates": (b'{"a": "\\ud83d\\ude00"}', {"a": "\N{GRINNING FACE}"}),
    "an escaped backslash before u0000": (b'{"a": "\\\\u0000"}', {"a": "\\u0000"}),
    "brackets in a text": (b'{"a": "%s"}' % (b"[{" * 50), {"a": "[{" * 50}),
    "20 levels": (b'{"a":' * 20 + b"1" + b"}" * 20, None),
    "many flat lists": (b'{"a": [%s[]]}' % (b"[]," * 50), {"a": [[]] * 51}),
    "the largest integer": (b'{"a": 9223372036854775807}', {"a": 2**63 - 1}),
    "the smallest integer": (b'{"a": -9223372036854775808}', {"a": -(2**63)}),
    "an underflow": (b'{"a": 1e-999}', {"a": 0.0}),
}


@pytest.mark.parametrize(("raw", "value"), ACCEPTED.values(), ids=ACCEPTED)
def test_plain_json_is_read_as_it_is(raw, value):
    read = parse_object(raw)

    assert value is None or read == value


def test_every_fault_is_named_at_once():
    with pytest.raises(JsonRefused) as caught:
        parse_object(b'{"a": NaN, "b": {"c": 1e999, "c": 2}, "d": "\\u0000"}')

    assert [fault.pointer for fault in caught.value.faults] == ["/a", "/b/c", "/d"]


def test_no_more_than_a_hundred_faults_are_named():
    with pytest.raises(JsonRefused) as caught:
        parse_object(b'{"a": [%sNaN]}' % (b"NaN," * 5000))

    assert len(caught.value.faults) == 100


ENDLESS = {
    "open lists": b"[" * MEGABYTE,
    "open objects": b'{"a":' * (MEGABYTE // 5),
    "empty objects": b'{"a":[%s{}]}' % (b"{}," * (MEGABYTE // 3 - 5)),
    "a million digits": b'{"a":%s}' % (b"9" * (MEGABYTE - 6)),
    "a million decimals": b'{"a":0.%s}' % (b"1" * (MEGABYTE - 8)),
    "an open text of escapes": b'{"a":"' + b'\\"' * (MEGABYTE // 2 - 3),
    "brackets, then an open text": b"{}" * 30 + b'"' + b'\\"' * (MEGABYTE // 2 - 31),
    "backslashes": b'{"a":"' + b"\\" * (MEGABYTE - 6),
    "one key again and again": b"{%s" % (b'"a":1,' * 160_000) + b'"a":1}',
    "as many keys": b"{%s}" % b",".join(b'"k%d":1' % i for i in range(90_000)),
    "as many halves of pairs": b'{"a":["x"%s]}' % (b',"\\ud800"' * 110_000),
    "blanks": b" " * MEGABYTE,
}


@pytest.mark.parametrize("raw", ENDLESS.values(), ids=ENDLESS)
def test_a_megabyte_of_anything_takes_less_than_a_second(raw):
    began = time.process_time()

    with contextlib.suppress(JsonRefused):
        parse_object(raw)

    assert time.process_time() - began < 1


TOKENS = [
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b'"a"',
    b'"\\ud800"',
    b'"\\u0000"',
    b"1",
    b"NaN",
    b"1e999",
]
ANY_BYTES = st.one_of(
    st.binary(),
    st.text().map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(st.sampled_from(TOKENS)).map(b"".join),
    st.lists(st.sampled_from(TOKENS)).map(lambda tokens: b'{"a":%s}' % b"".join(tokens)),
)


@settings(max_examples=200, deadline=None)
@given(ANY_BYTES)
def test_any_bytes_are_read_or_refused(raw):
    try:
        value = parse_object(raw)
    except JsonRefused as refused:
        for fault in refused.faults:
            assert fault.pointer.encode() is not None  # it can be written as UTF-8
    else:
        assert isinstance(value, dict)

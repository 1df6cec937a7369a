"""Every `code` that stands in the `errors` of a problem document or of a batch, and what it means.

A program may go by them: within `/api/v1/` none changes its meaning, and more may come.
"""

from typing import Final

PAGE: Final = "/api/v1/docs/problems/#codes"

OF_FIELDS: Final = {
    "missing": "The field is needed and is not there, or is null.",
    "unknown_field": "There is no field of this name here.",
    "wrong_type": "Of another JSON type or form than asked for: a text where a number belongs, 36.0"
    " for a whole number, a day that is none.",
    "out_of_bounds": "Of the right type, but too small or large, too short or long, or a text that"
    " cannot be printed as it is.",
    "unknown_category": "None of the values that are taken here.",
    "unknown_product": "No product of this name takes applications.",
    "contradiction": "Another field of the same request says something else.",
    "not_finite": "NaN, an infinity, or a number beyond 1.8e308.",
    "not_assessable": "The contract says why nobody is assessed by this attribute: leave it out.",
    "refused_address": "No webhook goes to this address.",
}
OF_JSON: Final = {
    "empty": "There is no body.",
    "not_utf8": "The body is not UTF-8.",
    "byte_order_mark": "The body begins with a byte order mark.",
    "compressed": "The body is compressed.",
    "not_json": "The body is not JSON.",
    "too_deep": "The body is nested too deeply.",
    "duplicate_key": "A key stands more than once in its object.",
    "key_too_long": "A key of this object is too long.",
    "number_too_long": "A number has too many digits.",
    "number_too_large": "An integer does not fit in 64 bits.",
    "not_storable": "A text holds a NUL character or half of a surrogate pair.",
}
OF_FILES: Final = {
    "unreadable": "The file is damaged, is not what it was said to be, or has no row or too many.",
    "no_commas": "The header is separated by something else than commas.",
    "unknown_column": "There is no column of this name here.",
    "missing_column": "A column that is needed is not there.",
    "ragged": "The row has more or fewer cells than the header.",
    "too_long": "The line is too long.",
    "worker_lost": "Our worker was lost at this place again and again: tell us.",
}
GROUPS: Final = (
    ("Of a field", OF_FIELDS),
    ("Of the JSON", OF_JSON),
    ("Of a batch's file, its columns and rows", OF_FILES),
)
ALL: Final = {**OF_FIELDS, **OF_JSON, **OF_FILES}

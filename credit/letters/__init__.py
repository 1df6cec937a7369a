"""A letter as bytes: a PDF set by typst, and a page that stands alone."""

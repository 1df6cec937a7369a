"""A model's dossier as a document: the page and the PDF are set from the same blocks."""

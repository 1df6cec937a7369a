import re
from html import unescape


def words_of(answer) -> str:
    """Give what a person reads on a page: no tags, blanks as one blank."""
    unread = re.compile(r"<(title|script)\b.*?</\1>|<[^>]*>", re.DOTALL)
    text = unread.sub(" ", answer.content.decode())
    return " ".join(unescape(text).split())

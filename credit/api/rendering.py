"""Answers as JSON: a float is written so that it reads back as the same float."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from rest_framework.renderers import BaseRenderer

from credit.answers import text_of

MEDIA_TYPE = "application/json"


class StrictJsonRenderer(BaseRenderer):
    """The only renderer of this API; there is no browsable one."""

    media_type = MEDIA_TYPE
    format = "json"
    charset = None  # JSON is UTF-8 and says so itself

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,  # noqa: ARG002 - the framework's signature
        renderer_context: Mapping[str, Any] | None = None,  # noqa: ARG002 - the same
    ) -> bytes:
        """Write JSON; a number that JSON does not know is a fault of ours and raises."""
        return text_of(data).encode()


def answered(
    answer: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Answer with JSON; a text is JSON already, to be sent to the letter."""
    text = answer if isinstance(answer, str) else text_of(answer)
    # As bytes: of a text Django would look for the charset in the type.
    return HttpResponse(text.encode(), content_type=MEDIA_TYPE, status=status, headers=headers)

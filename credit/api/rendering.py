"""Answers as JSON: a float is written so that it reads back as the same float."""

import json
from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer


class StrictJsonRenderer(BaseRenderer):
    """The only renderer of this API; there is no browsable one."""

    media_type = "application/json"
    format = "json"
    charset = None  # JSON is UTF-8 and says so itself

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,  # noqa: ARG002 - the framework's signature
        renderer_context: Mapping[str, Any] | None = None,  # noqa: ARG002 - the same
    ) -> bytes:
        """Write JSON; a number that JSON does not know is a fault of ours and raises."""
        return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()

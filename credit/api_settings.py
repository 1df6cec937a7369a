"""Settings of the libraries that the REST API stands on."""

REST_FRAMEWORK: dict[str, object] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["credit.api.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["credit.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["credit.api.rendering.StrictJsonRenderer"],
    "DEFAULT_PARSER_CLASSES": [],  # `credit.api.bodies` reads bodies; nothing else does
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS is not answered
    "EXCEPTION_HANDLER": "credit.api.problems.handle",
    "URL_FORMAT_OVERRIDE": None,
}
# Of the toolkit we use tables, client authentication and one grant (`credit.api.oauth`); its other
# endpoints have no address here. A token's digest is stored, never the token.
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER: dict[str, object] = {
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    # What has no address is shut as well, so that `check --deploy` has nothing to warn of.
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}
SPECTACULAR_SETTINGS: dict[str, object] = {
    "TITLE": "Evenhand",
    "VERSION": "1",
    "DESCRIPTION": (
        "Score applications for credit and report how the loans turned out. Every answer says why"
        " and by which model. How keys, retries, outcomes, webhooks, batches and limits work is"
        " said in the guide: /api/v1/docs/guide/. Refusals are problem documents:"
        " /api/v1/docs/problems/."
    ),
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVERS": [{"url": "/"}],
    "SORT_OPERATION_PARAMETERS": False,
    "PATH_CONVERTER_OVERRIDES": {
        "decision_id": {"type": "string", "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"},
        "webhook_id": {"type": "string", "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"},
        "batch_id": {"type": "string", "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"},
        "slug": {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"},
    },
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,
    "POSTPROCESSING_HOOKS": ["credit.api.openapi.document.complete"],
}

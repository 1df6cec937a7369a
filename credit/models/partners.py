from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from credit import shown_keys

EXPIRY_WARNING = timedelta(days=14)  # before a key expires


class Scope(models.TextChoices):
    """What an API key may do."""

    SCORE = "score", _("Score applications")
    READ = "read", _("Read own decisions")
    OUTCOMES = "outcomes", _("Report outcomes")
    BATCH = "batch", _("Send files of applications")
    WEBHOOKS = "webhooks", _("Be told of events")


class RateLimited(models.Model):
    """How often it may call, where that is not what its owner or the installation allows."""

    rate_per_second = models.PositiveIntegerField(
        _("requests a second"),
        null=True,
        blank=True,
        help_text=_("Empty: as the level above says."),
    )
    rate_burst = models.PositiveIntegerField(
        _("requests at once"), null=True, blank=True, help_text=_("Both, or neither.")
    )

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(rate_per_second=None, rate_burst=None)
                | Q(
                    rate_per_second__isnull=False,
                    rate_burst__isnull=False,
                    rate_per_second__gte=1,
                    rate_burst__gte=1,
                ),
                name="%(class)s_rate_has_both_parts",
            ),
        ]


class Partner(RateLimited):
    """A system that sends applications. It sees only its own."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class ApiKey(RateLimited):
    """A partner's way in: a key, or an OAuth client. Shown once; only its digest is kept."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="keys")
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    application = models.OneToOneField(
        "oauth2_provider.Application",
        null=True,
        on_delete=models.PROTECT,
        related_name="key",
        help_text="of an OAuth client: what the toolkit knows of it",
    )
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope))
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    replaced_by = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaces"
    )

    class Meta(RateLimited.Meta):
        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name}…" if self.application_id is None else self.name

    @property
    def name(self) -> str:
        """What may be said of it aloud: the beginning of a key, the id of a client."""
        if self.application_id is None:
            return f"ev_{self.prefix}"
        return shown_keys.client_id(self.prefix)

    def state(self, at: datetime) -> str:
        """Say in a word or two whether it is good."""
        if self.revoked_at is not None:
            return gettext("revoked")
        if self.expires_at <= at:
            return gettext("expired")
        left = (self.expires_at - at).days
        if self.replaced_by_id is not None:
            return ngettext("replaced, {left} day left", "replaced, {left} days left", left).format(
                left=left
            )
        if left >= EXPIRY_WARNING.days:
            return gettext("good")
        return ngettext("expires in {left} day", "expires in {left} days", left).format(left=left)

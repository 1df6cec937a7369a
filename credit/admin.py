"""Accounts, partners and keys. Every change is an action; no business data is here."""

# ruff: noqa: D102, FBT001, FBT002 - the methods' shapes and meanings are Django's

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth import admin as _registers_groups  # noqa: F401
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AccessToken, Application, Grant, IDToken, RefreshToken

from credit import access
from credit.actions import alert_mails, api_keys, partners, users
from credit.actions.api_keys import Issued
from credit.actions.refusals import ActionDenied
from credit.admin_forms import (
    LIMIT_FIELDS,
    KeyForm,
    NewKeyForm,
    NewUserForm,
    PartnerForm,
    RotationForm,
    UserForm,
)
from credit.models import ApiKey, Partner, User

# Roles are given to people here and are themselves the house's, so groups are nobody's to edit.
admin.site.unregister(Group)
# The toolkit's rows belong to keys and are written by actions only.
for _theirs in (AccessToken, Application, Grant, IDToken, RefreshToken):
    if admin.site.is_registered(_theirs):
        admin.site.unregister(_theirs)

if TYPE_CHECKING:  # generic to the type checker only
    from django.forms import ModelForm

    AnyModelAdmin = admin.ModelAdmin[Any]
else:
    AnyModelAdmin = admin.ModelAdmin


class _Admin(AnyModelAdmin):
    """The site lets administrators in; beyond that, nothing is ever deleted here."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        del obj
        return admin.site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        del request, obj
        return False


@admin.register(User)
class UserAdmin(_Admin):
    """People, and what they may do."""

    list_display = ("username", "first_name", "last_name", "role_names", "is_active", "last_login")
    search_fields = ("username", "first_name", "last_name")
    ordering = ("username",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).exclude(username=users.LEARNING_WORKER)

    @admin.display(description=_("Roles"))
    def role_names(self, user: User) -> str:
        return ", ".join(sorted(user.groups.values_list("name", flat=True)))

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> type["ModelForm[User]"]:
        del request, change, kwargs
        return UserForm if obj else NewUserForm

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        del request
        if obj:
            return ("is_active", "roles", "email", "mails_alerts")
        return ("username", "first_name", "last_name", "password", "roles")

    def save_model(self, request: Any, obj: User, form: Any, change: bool) -> None:
        said, at = form.cleaned_data, timezone.now()
        if not change:
            obj.pk = users.create(**said, by=request.user, at=at).pk
            return
        users.set_roles(user_id=obj.pk, roles=said["roles"], by=request.user, at=at)
        users.set_active(user_id=obj.pk, is_active=said["is_active"], by=request.user, at=at)
        alert_mails.set_address(user_id=obj.pk, address=said["email"], by=request.user, at=at)
        alert_mails.set_wanted(
            user_id=obj.pk, is_wanted=said["mails_alerts"], by=request.user, at=at
        )


@admin.register(Partner)
class PartnerAdmin(_Admin):
    """Systems that send applications. A new one is made with its first key."""

    form = PartnerForm
    list_display = ("slug", "name", "is_active", "created_at")
    ordering = ("slug",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        del request
        return False

    def save_model(self, request: Any, obj: Partner, form: Any, change: bool) -> None:
        del change
        partners.change(
            partner_id=obj.pk,
            name=form.cleaned_data["name"],
            is_active=form.cleaned_data["is_active"],
            limit=form.limit,
            by=request.user,
            at=timezone.now(),
        )


@admin.register(ApiKey)
class ApiKeyAdmin(_Admin):
    """Keys and OAuth clients: issued, shown once, limited, replaced, revoked."""

    fields = ("partner_name", "scopes", "days", "is_client", *LIMIT_FIELDS)
    list_display = (
        *("name", "partner", "scopes", "state", "last_used_at", "expires_at", "limit"),
        "created_at",
    )
    list_filter = ("partner",)
    list_select_related = ("partner",)
    action_form = RotationForm
    actions = ("revoke", "rotate")

    def get_form(
        self, request: HttpRequest, obj: ApiKey | None = None, change: bool = False, **kwargs: Any
    ) -> type["ModelForm[ApiKey]"]:
        kwargs["form"] = KeyForm if obj else NewKeyForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        return (*self.get_readonly_fields(request, obj), *LIMIT_FIELDS) if obj else self.fields

    def get_readonly_fields(
        self, request: HttpRequest, obj: ApiKey | None = None
    ) -> tuple[str, ...]:
        del request
        told = ("name", "partner", "scopes", "state", "expires_at", "last_used_at")
        return told if obj else ()

    @admin.display(description=_("State"))
    def state(self, key: ApiKey) -> str:
        return key.state(timezone.now())

    @admin.display(description=_("Limit"))
    def limit(self, key: ApiKey) -> str:
        limit = access.limit_of(key)
        return gettext("{rate}/s, {burst} at once").format(rate=limit.per_second, burst=limit.burst)

    def save_model(self, request: Any, obj: ApiKey, form: Any, change: bool) -> None:
        now = timezone.now()
        if change:
            api_keys.set_limit(key_id=obj.pk, limit=form.limit, by=request.user, at=now)
            return
        issued = api_keys.issue(
            partner=form.cleaned_data["partner_name"],
            scopes=form.cleaned_data["scopes"],
            by=request.user,
            at=now,
            expires_at=now + form.lasts,
            is_client=form.cleaned_data["is_client"],
            limit=form.limit,
        )
        obj.__dict__.update(issued.api_key.__dict__)
        request.issued = issued

    def response_add(
        self, request: Any, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        del obj, post_url_continue
        return self._show(request, request.issued)

    @admin.action(description=_("Revoke the chosen keys"))
    def revoke(self, request: Any, queryset: QuerySet[ApiKey]) -> None:
        for key in queryset.order_by("pk"):
            try:
                api_keys.revoke(key_id=key.pk, by=request.user, at=timezone.now())
            except ActionDenied as denied:
                messages.error(request, str(denied))
            else:
                messages.success(request, gettext("The key {key} is revoked.").format(key=key))

    @admin.action(description=_("Replace the chosen key"))
    def rotate(self, request: Any, queryset: QuerySet[ApiKey]) -> HttpResponse | None:
        try:
            issued = _successor(request, list(queryset.order_by("pk")))
        except (ActionDenied, ValidationError) as refused:
            messages.error(request, " ".join(getattr(refused, "messages", [str(refused)])))
            return None
        return self._show(request, issued)

    def _show(self, request: Any, issued: Issued) -> HttpResponse:
        """Show a key on this page only: a message would be kept in a cookie or a session."""
        page = {
            **self.admin_site.each_context(request),
            "key": issued.key,
            "api_key": issued.api_key,
            "replaces": ApiKey.objects.filter(replaced_by=issued.api_key).first(),
        }
        return TemplateResponse(request, "admin/credit/apikey/issued.html", page)


def _successor(request: Any, keys: list[ApiKey]) -> Issued:
    if len(keys) != 1:
        raise ValidationError(gettext("Replace one key at a time: each new one is shown once."))
    hours = RotationForm.base_fields["overlap_hours"].clean(request.POST.get("overlap_hours"))
    if hours is None:
        raise ValidationError(gettext("Say for how many hours the old key stays good."))
    return api_keys.rotate(
        key_id=keys[0].pk, overlap=timedelta(hours=hours), by=request.user, at=timezone.now()
    )

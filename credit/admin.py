"""Accounts, partners and keys. Every change is an action; no business data is here."""

# ruff: noqa: D102, FBT001, FBT002 - the methods' shapes and meanings are Django's

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth import admin as _registers_groups  # noqa: F401
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from credit.actions import api_keys, partners, users
from credit.actions.refusals import ActionDenied
from credit.admin_forms import NewKeyForm, NewUserForm, PartnerForm, UserForm
from credit.models import ApiKey, Partner, User

# Roles are given to people here and are themselves the house's, so groups are nobody's to edit.
admin.site.unregister(Group)

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

    @admin.display(description="Roles")
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
            return ("is_active", "roles")
        return ("username", "first_name", "last_name", "password", "roles")

    def save_model(self, request: Any, obj: User, form: Any, change: bool) -> None:
        said, at = form.cleaned_data, timezone.now()
        if not change:
            obj.pk = users.create(**said, by=request.user, at=at).pk
            return
        users.set_roles(user_id=obj.pk, roles=said["roles"], by=request.user, at=at)
        users.set_active(user_id=obj.pk, is_active=said["is_active"], by=request.user, at=at)


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
        partners.change(partner_id=obj.pk, **form.cleaned_data, by=request.user, at=timezone.now())


@admin.register(ApiKey)
class ApiKeyAdmin(_Admin):
    """Keys: issued, shown once, revoked."""

    form = NewKeyForm
    fields = ("partner_name", "scopes", "days")
    list_display = (
        *("prefix", "partner", "scopes", "created_at", "expires_at"),
        *("last_used_at", "revoked_at"),
    )
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        del request
        return ("prefix", "partner", "scopes", "expires_at") if obj else self.fields

    def save_model(self, request: Any, obj: ApiKey, form: Any, change: bool) -> None:
        del change
        now = timezone.now()
        issued = api_keys.issue(
            partner=form.cleaned_data["partner_name"],
            scopes=form.cleaned_data["scopes"],
            by=request.user,
            at=now,
            expires_at=now + form.lasts,
        )
        obj.__dict__.update(issued.api_key.__dict__)
        request.issued = issued

    def response_add(
        self, request: Any, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the key on this page only: a message would be kept in a cookie or a session."""
        del post_url_continue
        page = {**self.admin_site.each_context(request), "key": request.issued.key, "api_key": obj}
        return TemplateResponse(request, "admin/credit/apikey/issued.html", page)

    @admin.action(description="Revoke the chosen keys")
    def revoke(self, request: Any, queryset: QuerySet[ApiKey]) -> None:
        for key in queryset.order_by("pk"):
            try:
                api_keys.revoke(key_id=key.pk, by=request.user, at=timezone.now())
            except ActionDenied as denied:
                messages.error(request, str(denied))
            else:
                messages.success(request, f"The key {key} is revoked.")

"""Page of users: staff and, for those who work for all cinemas, customers."""

from collections.abc import Collection, Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.models import AccountChange, User
from accounts.scope import cinemas_of
from accounts.services import deactivate, may_manage, reactivate, record_account_change, roles_to_give
from backoffice.accounts.forms import OWN_DETAILS, InvitationForm, RoleField, UserForm, role_name
from backoffice.accounts.notices import queue_notice
from backoffice.accounts.password_links import PasswordLinksMixin, queue_password_link
from backoffice.accounts.pins import PinMixin
from backoffice.accounts.second_factor import SecondFactorMixin
from backoffice.framework.admin import NoDeleteAdmin, permission_check
from backoffice.framework.reauthentication import ReauthenticationMixin
from bonuses.models import BonusAccount
from cinema import clock
from cinema.status import Refused
from notifications.services import chosen_phones
from orders.models import Order

ACCESS_FIELDS = ["groups", "cinemas", "all_cinemas", "is_staff", "is_superuser"]

admin.site.unregister(Group)  # sync_roles defines the roles and would undo edits made here


class AccessFilter(admin.SimpleListFilter):
    title = _("access")
    parameter_name = "access"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("missing", _("no role or no cinema"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(pk__in=User.objects.without_access().values("pk")) if self.value() else queryset


@admin.register(User)
class UserAdmin(PinMixin, SecondFactorMixin, PasswordLinksMixin, ReauthenticationMixin, NoDeleteAdmin, DjangoUserAdmin):  # type: ignore[misc]  # all pass `response_action` on
    """Users are deactivated, not deleted, because orders and other records refer to them.

    Staff who work for all cinemas see every user, customers included. Others see themselves and the staff of their own
    cinemas. Staff can only give access that they have themselves. They can look at users with more access, and at their
    own access, but not change them.
    """

    cinema_path = "cinemas"
    add_form = InvitationForm
    add_form_template = "admin/change_form.html"
    form = UserForm
    actions_detail = ["send_password_link", "reset_second_factor"]
    list_per_page = 20
    ordering = ["email"]
    list_display = ["email", "first_name", "last_name", "roles", "is_staff", "is_active"]
    list_filter = ["is_staff", "is_active", "all_cinemas", AccessFilter, "cinemas"]
    search_fields = ["email", "first_name", "last_name", "phone"]
    searches_phones = True
    autocomplete_fields = ["cinemas"]
    filter_horizontal = ()
    actions = ["deactivate", "reactivate"]

    has_switch_off_permission = permission_check("accounts.switch_off_user")

    def filter_cinemas(self, rows: QuerySet[User], request: HttpRequest) -> QuerySet[User]:
        cinemas = cinemas_of(request)
        if cinemas is None:
            return rows
        colleagues = User.cinemas.through.objects.filter(cinema__in=cinemas).values("user")
        return rows.filter(Q(pk__in=colleagues, is_staff=True) | Q(pk=request.user.pk))

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def history_label(self, field: Any) -> str:
        return gettext("roles") if field.name == "groups" else super().history_label(field)

    def history_name(self, row: Any) -> str:
        return role_name(row) if isinstance(row, Group) else super().history_name(row)

    @admin.display(description=_("roles"))
    def roles(self, person: User) -> str:
        return ", ".join(role_name(group) for group in person.groups.all()) or "–"

    # --- Permissions and fields

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        actor = _actor(request)
        return super().has_change_permission(request, obj) and (obj is None or may_manage(actor, obj))

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        access = ["groups", "cinemas"]
        if cinemas_of(request) is None:
            access += ["all_cinemas", "is_staff"] if obj else ["all_cinemas"]
        if request.user.is_superuser:
            access += ["is_superuser"] if obj else []  # single permissions cannot be given, only roles
        person = OWN_DETAILS
        if obj is None:
            return [
                (None, {"classes": ["wide"], "fields": ["email", *person]}),
                (_("Access"), {"classes": ["wide"], "fields": access}),
            ]
        return [
            (None, {"fields": ["email", "password"]}),
            (_("Personal details"), {"fields": person}),
            (_("Access"), {"fields": ["is_active", *access]}),
            (_("Dates"), {"fields": ["last_login", "date_joined"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        fixed = ["is_active", "last_login", "date_joined"]
        if obj is not None and obj.pk == request.user.pk:
            fixed += ACCESS_FIELDS
        elif obj is not None and cinemas_of(request) is not None and has_bought(obj):
            fixed += ["email"]
        return fixed

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is None:
            form.actor = _actor(request)  # type: ignore[attr-defined]  # it is an `InvitationForm`
        if "cinemas" in form.base_fields and cinemas_of(request) is not None:
            form.base_fields["cinemas"].required = True  # without one, the new colleague would not be on this list
        return form

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs |= {
                "form_class": RoleField,
                "label": capfirst(gettext("roles")),
                "help_text": "",  # Django's own text is about groups
                "queryset": roles_to_give(request.user),
                "widget": UnfoldAdminCheckboxSelectMultipleWidget(),
            }
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        at, actor = clock.now(), _actor(request)
        if change:
            super().save_model(request, obj, form, change)
            record_account_change(obj, _kinds_of(form.changed_data), at=at, actor=actor)
            if "email" in form.changed_data:
                chosen_phones.send_emails_again([obj])
            if "email" in form.changed_data and obj.is_staff and obj.pk != actor.pk:
                before = form.initial["email"]
                queue_notice(obj, AccountChange.Kind.ADDRESS, at=at, actor=actor, recipient=before)
            return
        obj.is_staff = True  # customers create their own accounts
        obj.set_unusable_password()  # a customer's password was not chosen for the admin; it ends the sessions, too
        super().save_model(request, obj, form, change)
        record_account_change(obj, [AccountChange.Kind.CREATED], at=at, actor=actor)  # as staff, if not as a customer
        queue_password_link(obj, at=at, actor=actor)

    # --- Staff without access

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        person = self.get_object(request, unquote(object_id)) if request.method == "GET" else None
        if person is not None and person.is_staff and person.is_active:
            for warning in missing_access(person):
                self.message_user(request, warning, messages.WARNING)
        return super().change_view(request, object_id, *args, **kwargs)

    # --- Deactivation

    @admin.action(description=_("Deactivate"), permissions=["switch_off"])
    def deactivate(self, request: HttpRequest, people: QuerySet[User]) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            return TemplateResponse(
                request,
                "backoffice/accounts/deactivate.html",
                {
                    **self.admin_site.each_context(request),
                    "title": _("Deactivate"),
                    "opts": self.opts,
                    "people": people,
                },
            )
        try:
            deactivated = deactivate(people, actor=_actor(request))
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return None
        chosen_phones.send_emails_again(deactivated)
        for person in deactivated:
            self.log_change(request, person, gettext("Deactivated"))
        message = ngettext("%(count)d account deactivated.", "%(count)d accounts deactivated.", len(deactivated))
        self.message_user(
            request, message % {"count": len(deactivated)}, messages.SUCCESS if deactivated else messages.WARNING
        )
        return None

    @admin.action(description=_("Reactivate"), permissions=["switch_off"])
    def reactivate(self, request: HttpRequest, people: QuerySet[User]) -> None:
        try:
            reactivated = reactivate(people, at=clock.now(), actor=_actor(request))
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return
        for person in reactivated:
            self.log_change(request, person, gettext("Reactivated"))
        message = ngettext(
            "%(count)d account reactivated. Send a link to set a new password.",
            "%(count)d accounts reactivated. Send a link to set a new password to each.",
            len(reactivated),
        )
        self.message_user(
            request, message % {"count": len(reactivated)}, messages.SUCCESS if reactivated else messages.WARNING
        )


def has_bought(person: User) -> bool:
    """Whether the account has a customer's orders or points. Two queries.

    Whoever changes its address could sign in as that customer, so staff of single cinemas, who may make any customer a
    colleague, cannot.
    """
    return Order.objects.filter(user=person).exists() or BonusAccount.objects.filter(user=person).exists()


def missing_access(person: User) -> Iterator[str]:
    if person.lacks_role:
        yield gettext("This user has no role, so they can’t do anything yet. Choose one under “Access”.")
    if person.lacks_cinema:
        yield gettext("This user has no cinema, so they can’t see anything yet. Choose one under “Access”.")


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _kinds_of(fields: Collection[str]) -> list[AccountChange.Kind]:
    """What a change of these fields of the form means for the account."""
    kinds = [AccountChange.Kind.ADDRESS] if "email" in fields else []
    kinds += [AccountChange.Kind.CREATED] * ("is_staff" in fields)  # a customer's account may be one's own
    return kinds + [AccountChange.Kind.ACCESS] * (not {*ACCESS_FIELDS}.isdisjoint(fields))

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import BaseUserCreationForm
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm

from accounts.models import User
from cinema.admin import KeptAdmin
from cinema.scope import cinemas_of


class UserCreationForm(BaseUserCreationForm):
    class Meta:
        model = User
        fields = ["email"]


@admin.register(User)
class UserAdmin(KeptAdmin, DjangoUserAdmin):
    """People are switched off, not deleted: orders and reasons carry their names.

    Who works for all cinemas sees everybody, customers included; others see themselves and their cinemas' staff.
    """

    cinema_path = "cinemas"
    add_form = UserCreationForm
    form = UserChangeForm
    change_password_form = AdminPasswordChangeForm
    ordering = ["email"]
    list_display = ["email", "first_name", "last_name", "is_staff", "is_active"]
    list_filter = ["is_staff", "is_active", "all_cinemas"]
    search_fields = ["email", "first_name", "last_name", "phone"]
    autocomplete_fields = ["cinemas"]
    filter_horizontal = ["groups", "user_permissions"]
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        (_("Person"), {"fields": ["first_name", "last_name", "phone", "preferred_language"]}),
        (_("Cinemas"), {"fields": ["all_cinemas", "cinemas"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    readonly_fields = ["last_login", "date_joined"]
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["email", "password1", "password2"]})]

    def of_cinemas(self, rows: QuerySet[User], request: HttpRequest) -> QuerySet[User]:
        cinemas = cinemas_of(request)
        if cinemas is None:
            return rows
        colleagues = User.cinemas.through.objects.filter(cinema__in=cinemas).values("user")
        return rows.filter(Q(pk__in=colleagues, is_staff=True) | Q(pk=request.user.pk))

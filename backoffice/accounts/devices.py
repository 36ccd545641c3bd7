"""Page of devices of the box office: a manager adds one, types its code on the device, and can revoke it."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Device, User
from accounts.services import devices
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import NoDeleteAdmin
from backoffice.framework.badges import status_badge
from backoffice.framework.edit_conflicts import ConflictCheckingForm
from cinema import clock
from payments.models import CashPlace


class DeviceForm(ConflictCheckingForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "shared_drawer" in self.fields:
            drawers = CashPlace.objects.filter(cinema=self.instance.cinema_id, kind=CashPlace.Kind.DRAWER)
            self.fields["shared_drawer"].queryset = drawers.order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        cinema = data.get("cinema") or getattr(self.instance, "cinema", None)
        if cinema and any(hall.cinema_id != cinema.pk for hall in data.get("halls") or ()):
            raise ValidationError({"halls": gettext("Choose halls of this cinema.")})
        return data


@admin.register(Device)
class DeviceAdmin(ActionsMixin, NoDeleteAdmin):
    cinema_path = "cinema"
    form = DeviceForm
    fields = ["name", "cinema", "halls", "is_wall", "shared_drawer", "state", "code"]
    list_display = ["name", "cinema", "state", "enrolled_at"]
    list_filter = ["cinema"]
    list_select_related = ["cinema"]
    search_fields = ["name"]
    filter_horizontal = ()
    actions_detail = ["revoke"]
    actions = ["revoke"]

    def has_change_permission(self, request: HttpRequest, obj: Device | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.revoked_at is None)

    def get_readonly_fields(self, request: HttpRequest, obj: Device | None = None) -> list[str]:
        return ["cinema", "state", "code"] if obj else ["state", "code"]

    def get_fields(self, request: HttpRequest, obj: Device | None = None) -> list[str]:
        return self.fields if obj else ["name", "cinema", "halls", "is_wall"]

    @admin.display(description=_("state"))
    def state(self, device: Device) -> str:
        if device.revoked_at:
            return status_badge(gettext("Revoked"), "danger")
        if device.enrolled_at:
            return status_badge(gettext("Enrolled"), "success")
        return status_badge(gettext("Not enrolled yet"), "warning")

    @admin.display(description=_("code"))
    def code(self, device: Device) -> str:
        if not device.enrol_until or device.enrol_until <= clock.now():
            return "–"
        return gettext("%(code)s – open /boxoffice/ on the device and enter it there within %(minutes)d minutes.") % {
            "code": devices.code_of(device),
            "minutes": max(1, int((device.enrol_until - clock.now()).total_seconds()) // 60),
        }

    def save_model(self, request: HttpRequest, obj: Device, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            devices.offer_enrolment(obj, at=clock.now())

    def response_add(self, request: HttpRequest, obj: Device, post_url_continue: Any = None) -> Any:
        """Stay on the device's page, which shows the code."""
        sent = request.POST.copy()
        sent["_continue"] = "1"
        request.POST = sent  # type: ignore[assignment]
        return super().response_add(request, obj, post_url_continue)

    @confirmed_action(
        permission="accounts.revoke_device",
        title=_("Revoke the device"),
        text=_("It is signed out at once. To use it again, add it as a new device."),
        when=lambda device: device.revoked_at is None,
        icon="phonelink_erase",
        danger=True,
    )
    def revoke(self, device: Device, *, at: datetime, actor: User) -> str:
        devices.revoke(device, at=at)
        return gettext("%(device)s is revoked.") % {"device": device}

"""A customer's rights to their own data: a copy of it, its deletion, and where messages go."""

from datetime import datetime

from django.conf import settings
from django.contrib import auth, messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.services import rate_limits
from bonuses.models import BonusAccount
from cinema import clock
from cinema.http import client_address
from cinema.status import Refused
from customers.services import Customer, erase_customer, export_customer_data
from notifications.services import chosen_phones, telegram
from orders.models import Order
from storefront.request_identity import signed_in_customer
from storefront.views.account import TELEGRAM_LINK, signed_in
from storefront.views.decorators import post_or_redirect


@require_safe
@signed_in
def my_data(request: HttpRequest) -> HttpResponse:
    """Download the data as JSON."""
    data = export_customer_data(_customer(request), at=clock.now())
    answer = JsonResponse(data, encoder=DjangoJSONEncoder, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


@post_or_redirect("shop:profile")
@signed_in
def choose_telegram(request: HttpRequest) -> HttpResponse:
    """Show a link that starts the bot for this account, or send e-mails again."""
    user, at = signed_in_customer(request), clock.now()
    if request.POST.get("choice") == "off":
        chosen_phones.send_emails_again([user])
        messages.success(request, _("Changes saved."))
    elif telegram.is_offered():
        try:
            rate_limits.hit("news", person=f"user {user.pk}", address=client_address(request), at=at)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            request.session[TELEGRAM_LINK] = telegram.start_link(user, at=at)
    return redirect("shop:profile")


@post_or_redirect("shop:profile")
@signed_in
def choose_sms(request: HttpRequest) -> HttpResponse:
    """Send a code to the phone of the account, take the code that was sent, or send e-mails again."""
    user, at = signed_in_customer(request), clock.now()
    choice = request.POST.get("choice")
    if choice == "off":
        chosen_phones.send_emails_again([user])
        messages.success(request, _("Changes saved."))
    elif choice == "code":
        if chosen_phones.confirm(user, request.POST.get("code", "").strip(), at=at):
            messages.success(request, _("Tickets and reminders come to you by SMS now."))
        else:
            messages.error(request, _("This code is not right, or it is too old. Check it, or get a new one."))
    elif chosen_phones.is_offered() and user.phone and not chosen_phones.may_be_texted(user.phone):
        messages.error(request, _("We send no SMS to phones of this country. Tickets and reminders come by email."))
    elif chosen_phones.is_offered() and user.phone:
        try:
            _count_code(user, address=client_address(request), at=at)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            chosen_phones.send_code(user, at=at)
    return redirect("shop:profile")


def _count_code(user: User, *, address: str | None, at: datetime) -> None:
    """Count a code for this account and for its number. Once strangers have used up those of the number, an account
    that had none that day still gets one, and one that bought something with the number always does, so that its owner
    is not shut out. Raises `RateLimited`.
    """
    account = f"user {user.pk}"
    rate_limits.check("phone_code", person=account, address=address, at=at)
    had_one = rate_limits.was_counted("phone_code", person=account, after=at - settings.ATTEMPTS["phone_code"][0])
    is_owners = Order.objects.filter(user=user, phone=user.phone, status__in=Order.SOLD).exists()
    if not is_owners and (had_one or not rate_limits.allowed("codes_of_phone", person=user.phone, at=at)):
        rate_limits.hit("codes_of_phone" if had_one else "late_code", person=user.phone, at=at)
    rate_limits.hit("phone_code", person=account, address=address, at=at)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def delete_account(request: HttpRequest) -> HttpResponse:
    """Show what will be lost, then delete the personal data and sign out everywhere."""
    customer, refusal = _customer(request), ""
    if request.method == "POST":
        try:
            erase_customer(customer, at=clock.now())
        except Refused as refused:
            refusal = str(refused)
        else:
            auth.logout(request)
            return render(request, "storefront/deleted.html")
    account = BonusAccount.objects.filter(user=customer.user).first()
    page = {"refusal": refusal, "points": account.balance if account else 0}
    return render(request, "storefront/delete_account.html", page)


def _customer(request: HttpRequest) -> Customer:
    user = signed_in_customer(request)
    return Customer(user.email, user)

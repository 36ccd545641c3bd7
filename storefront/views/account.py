"""Signing in, and the account: orders, points, profile."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth, messages
from django.core.paginator import Paginator
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.backends import SHOP_BACKEND
from accounts.models import normalise_email
from accounts.services import rate_limits
from accounts.services.customer_codes import PAYING, customer_code
from cinema import clock
from cinema.http import client_address
from cinema.status import Refused
from customers.services import standing_of
from notifications.services import chosen_phones, telegram
from orders import notifications
from orders.models import Order
from screenings.models import Cinema, Film
from storefront.forms import AddressForm, FindForm, NewPasswordForm, PasswordSignInForm, ProfileForm
from storefront.request_identity import customer, signed_in_customer
from storefront.services import signing_in
from storefront.services.news import choices_of_customer
from storefront.services.points import points_of
from storefront.services.programme import time_zone_note
from storefront.services.tickets_ahead import tickets_ahead
from storefront.views.decorators import post_or_redirect

TELEGRAM_LINK = "telegram_link"  # shown once on the profile
BY_LINK = "signed_in_by_link"  # until when a password may be set without the old one, in the session
FRESH = timedelta(minutes=20)
A_PAGE = 20
LONGEST_PATH = 2000  # that a redirection may lead to


def signed_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For pages that only customers can open; others sign in first and return. Browsers do not store them."""

    @wraps(view)
    @never_cache
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if customer(request) is None:
            return redirect(f"{reverse('shop:sign_in')}?{urlencode({'next': request.get_full_path()})}")
        return view(request, *args, **kwargs)

    return asked


def onward(request: HttpRequest, address: str) -> HttpResponseRedirect:
    """Leads on to this path, if it is one of this site; otherwise to the account."""
    here = address.startswith("/") and len(address) <= LONGEST_PATH
    safe = here and url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(address if safe else reverse("shop:account"))


# --- Signing in


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in by password; the other form of the page sends a link."""
    following = request.POST.get("next", request.GET.get("next", ""))
    if customer(request) is not None:
        return onward(request, following)
    form = PasswordSignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        user = auth.authenticate(request, username=normalise_email(given["username"]), password=given["password"])
        if user is not None:
            auth.login(request, user, backend=SHOP_BACKEND)
            return _in_own_language(onward(request, following), user)
        form.add_error(None, _("Incorrect email or password. You can also sign in with an emailed link."))
    return _sign_in_page(request, form, AddressForm(), following)


def _sign_in_page(
    request: HttpRequest, by_password: PasswordSignInForm, by_link: AddressForm, following: str
) -> HttpResponse:
    return render(
        request, "storefront/sign_in.html", {"by_password": by_password, "by_link": by_link, "next": following}
    )


@post_or_redirect("shop:sign_in")
@never_cache
def send_link(request: HttpRequest) -> HttpResponse:
    """Send a sign-in link; the answer is the same for every address."""
    form = AddressForm(request.POST)
    following = request.POST.get("next", "")
    if not form.is_valid():
        return _sign_in_page(request, PasswordSignInForm(), form, following)
    at, email = clock.now(), form.cleaned_data["email"]
    rate_limits.hit("sign_in", claimed=email, address=client_address(request), at=at)
    often = not rate_limits.allowed("sign_in", person=email, at=at)  # from anywhere; its owner is not refused
    language = get_language() or ""
    signing_in.send_link(email, language=language, onward=onward(request, following).url, sparingly=often, at=at)
    return render(request, "storefront/sent.html", {"email": email, "what": "sign_in"})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link shows a button, and pressing it signs in: mail scanners open links but press no buttons."""
    at, said = clock.now(), None
    try:
        said = signing_in.read(token, at=at)
        if request.method == "POST":
            user = signing_in.sign_in(token, language=get_language() or "", at=at)
            auth.login(request, user, backend=SHOP_BACKEND)
            request.session[BY_LINK] = (at + FRESH).timestamp()
            return _in_own_language(onward(request, said["next"]), user)
    except Refused as refusal:
        known = customer(request)
        if said and known is not None and known.email == said["email"]:
            return onward(request, said["next"])  # the button was pressed before
        page = {"title": pgettext("heading", "Sign in"), "text": str(refusal)}
        return render(request, "storefront/link_refused.html", page, status=410)
    return render(request, "storefront/link.html", {"email": said["email"]})


def locked_out(request: HttpRequest, *, minutes: int) -> HttpResponse:
    """The page shown to customers while signing in is blocked; see `LOCKED_OUT_PAGES`."""
    return render(request, "storefront/locked_out.html", {"minutes": minutes})


@post_or_redirect("shop:home")
def sign_out(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    return redirect("shop:home")


def _in_own_language(response: HttpResponse, user: Any) -> HttpResponse:
    """Show a customer's pages in the language of the account, on any device."""
    if translation.check_for_language(user.preferred_language):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.preferred_language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    return response


# --- What an account holds


@require_safe
@signed_in
def account(request: HttpRequest) -> HttpResponse:
    """The customer's tickets for what is ahead, with their codes, then all orders, newest first."""
    user, at = signed_in_customer(request), clock.now()
    orders = (
        Order.objects.filter(user=user)
        .select_related("cinema")
        .annotate(starts=Min("tickets__session__start_datetime"), film=Min("tickets__session__film"))
        .order_by("-created_at", "-pk")
    )
    page = Paginator(orders, A_PAGE).get_page(request.GET.get("page"))
    films = Film.objects.in_bulk({order.film for order in page})  # type: ignore[attr-defined]
    rows = [
        (order, films.get(order.film), _local(order.cinema, order.starts), time_zone_note(order.cinema, at))  # type: ignore[attr-defined]
        for order in page
    ]
    ahead = [(visit, time_zone_note(visit.order.cinema, at)) for visit in tickets_ahead(user, at=at)]
    shown = {"ahead": [] if page.has_previous() else ahead, "rows": rows, "page": page}
    return render(request, "storefront/account.html", shown)


def _local(cinema: Cinema, starts: datetime | None) -> datetime | None:
    return cinema.local(starts) if starts else None


@require_safe
@signed_in
def points(request: HttpRequest) -> HttpResponse:
    user, at = signed_in_customer(request), clock.now()
    history = points_of(user)
    page = Paginator(history.movements, A_PAGE).get_page(request.GET.get("page"))
    codes = {"code": customer_code(user, at=at), "paying": customer_code(user, salt=PAYING, at=at)}
    shown = {"points": history, "page": page, **codes, "level": standing_of(user, at=at)}
    return render(request, "storefront/points.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    user = signed_in_customer(request)
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        messages.success(request, _("Changes saved."))
        return _in_own_language(redirect("shop:profile"), user)
    page = {"form": form, "has_password": user.has_usable_password(), "news": choices_of_customer(user)}
    if telegram.is_offered():
        page |= {"telegram_offered": True, "telegram_chat": telegram.chat_of(user)}
        page["telegram_link"] = request.session.pop(TELEGRAM_LINK, "")
    if chosen_phones.is_offered():
        page |= {"sms_offered": True, "chosen_phone": chosen_phones.phone_of(user, at=clock.now())}
    return render(request, "storefront/profile.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@sensitive_post_parameters("old", "new")
def password(request: HttpRequest) -> HttpResponse:
    """Set or change the password. A customer who has just signed in by a link need not know the old one.

    The password of staff opens the admin, so it is not set here.
    """
    user = signed_in_customer(request)
    if user.is_staff:
        messages.error(request, _("You work here, so your password is changed in the staff area."))
        return redirect("shop:profile")
    by_link = request.session.get(BY_LINK, 0) > clock.now().timestamp()
    form = NewPasswordForm(request.POST or None, user=user, knows=user.has_usable_password() and not by_link)
    if request.method == "POST" and form.is_valid():
        user.set_password(form.cleaned_data["new"])
        user.save(update_fields=["password"])
        chosen_phones.send_emails_again([user])  # whoever knew the old password may have connected it
        auth.update_session_auth_hash(request, user)  # this browser stays; all others are signed out
        messages.success(request, _("Password saved. You’ve been signed out on other devices."))
        return redirect("shop:profile")
    return render(request, "storefront/password.html", {"form": form})


# --- Finding an order


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def find_order(request: HttpRequest) -> HttpResponse:
    """Send the link to an order, found by number and address. The page does not reveal whether there is one."""
    form = FindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at, email = clock.now(), form.cleaned_data["email"]
        rate_limits.hit("find", claimed=email, address=client_address(request), at=at)
        number = form.cleaned_data["number"].strip().upper()
        order = Order.objects.filter(number=number).first()
        if order is not None and order.email.lower() == email:
            often = not rate_limits.allowed("find", person=email, at=at)
            notifications.send_link(order, sparingly=often, at=at)
        return render(request, "storefront/sent.html", {"email": email, "what": "order"})
    return render(request, "storefront/find.html", {"form": form})

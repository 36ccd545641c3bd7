"""Forms of the shop. A refused form keeps its input."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.errors import RateLimited
from accounts.models import User, normalise_email
from accounts.phones import PhoneFormField
from accounts.services.consents import Channel, wording
from accounts.services.old_password import is_old_password
from cinema import clock
from cinema.money import MAX_AMOUNT, MINOR_UNITS, format_money
from cinema.validators import TextFormField
from concessions.models import ConcessionItem
from screenings.models import AgeRating, Seat, TicketType
from storefront.services.minor_units import minor_units
from storefront.services.seat_map import SeatMap

EMAIL_LENGTH = 254  # of every column that stores an e-mail address


class ShopForm(forms.Form):
    """Marks invalid fields for screen readers as well."""

    use_required_attribute = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class AddressField(forms.EmailField):
    """An e-mail address, no longer than its columns and in the form in which accounts store it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": EMAIL_LENGTH, **kwargs})

    def to_python(self, value: Any) -> str:
        return normalise_email(super().to_python(value))  # before the validators: another case may be longer


class CheckoutForm(ShopForm):
    """A ticket type for each seat, snacks, contact details, promo code and points. `stock`: the snacks on
    sale with the available quantity of each.
    """

    email = AddressField(
        label=gettext_lazy("Email"),
        help_text=gettext_lazy("We’ll send your tickets here."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = PhoneFormField(label=gettext_lazy("Phone (optional)"), required=False)
    promocode = TextFormField(
        label=gettext_lazy("Promo code (optional)"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    gift_card = TextFormField(
        label=gettext_lazy("Gift card (optional)"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("We’ll show what it covers before anything is paid."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def __init__(
        self,
        *args: Any,
        seat_map: SeatMap,
        seats: Sequence[Seat],
        stock: Sequence[tuple[ConcessionItem, int]],
        balance: int = 0,
        channels: Sequence[Channel] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.seat_map, self.seats, self.stock = seat_map, seats, stock
        self.balance, self.channels = balance, channels
        for channel in channels:
            self.fields[_news(channel)] = forms.BooleanField(label=wording(channel), required=False)
        if seat_map.session.film.age_rating == AgeRating.EIGHTEEN:
            self.fields["of_age"] = forms.BooleanField(
                label=gettext_lazy("Everyone in this order is 18 or older. Photo ID is checked at the entrance."),
                error_messages={
                    "required": gettext_lazy("Films rated 18+ are for adults only: please confirm the age.")
                },
            )
        self._types: dict[int, dict[str, TicketType]] = {}
        for seat in seats:
            types = seat_map.types_for(seat)
            self._types[seat.pk] = {str(each.pk): each for each in types}
            self.fields[f"type-{seat.pk}"] = forms.ChoiceField(
                label=str(seat),
                choices=[(each.pk, f"{each.shown.name} · {format_money(self._price(seat, each))}") for each in types],
                initial=next((each.pk for each in types), None),
                error_messages={
                    "invalid_choice": gettext_lazy(
                        "This ticket type isn’t sold for this seat and film. Choose another one."
                    )
                },
            )
        for item, left in stock:
            self.fields[f"snack-{item.pk}"] = forms.IntegerField(
                label=item.shown.name,
                required=False,
                min_value=0,
                max_value=min(left, settings.MAX_SNACKS_A_LINE),
                disabled=left == 0,
                initial=0,
                error_messages={"max_value": self._at_most(left)},
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )
        if balance:
            self.fields["points"] = forms.IntegerField(
                label=gettext_lazy("Pay with points"),
                required=False,
                min_value=0,
                max_value=balance,
                initial=0,
                help_text=self._about_points(balance),
                error_messages={"max_value": self._about_points(balance)},
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )

    def _price(self, seat: Seat, ticket_type: TicketType) -> Decimal:
        return self.seat_map.price(seat, ticket_type)

    @staticmethod
    def _at_most(left: int) -> str:
        if left > settings.MAX_SNACKS_A_LINE:
            return _("Choose up to %(most)d.") % {"most": settings.MAX_SNACKS_A_LINE}
        return _("Only %(left)d left.") % {"left": left}

    @staticmethod
    def _about_points(balance: int) -> str:
        text = ngettext("You have %(count)d point.", "You have %(count)d points.", balance) % {"count": balance}
        if settings.BONUS_MAX_SHARE < 1:
            text += " " + _("You can pay up to %(share)d %% of the price with points.") % {
                "share": settings.BONUS_MAX_SHARE * 100
            }
        return text

    # --- Groups of fields for the template

    def type_fields(self) -> Iterator[tuple[Seat, forms.BoundField]]:
        for seat in self.seats:
            yield seat, self[f"type-{seat.pk}"]

    def snack_fields(self) -> Iterator[tuple[ConcessionItem, int, forms.BoundField, ConcessionItem | None]]:
        """Each snack with how many are left, its field, and the snack to recommend with it."""
        in_stock = {item.pk: item for item, left in self.stock if left}
        for item, left in self.stock:
            yield item, left, self[f"snack-{item.pk}"], in_stock.get(item.goes_with_id or 0)

    def news_fields(self) -> list[forms.BoundField]:
        return [self[_news(channel)] for channel in self.channels]

    # --- The choice

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get(_news(Channel.SMS)) and not cleaned.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Enter a number to get text messages."))
        return cleaned

    def agreements(self) -> dict[Channel, str]:
        """The channels by which the visitor wants news and offers, each with the recipient."""
        contact = {Channel.EMAIL: "email", Channel.SMS: "phone"}
        return {
            channel: self.cleaned_data[contact[channel]]
            for channel in self.channels
            if self.cleaned_data[_news(channel)]
        }

    def places(self) -> list[tuple[Seat, TicketType]]:
        return [(seat, self._types[seat.pk][self.cleaned_data[f"type-{seat.pk}"]]) for seat in self.seats]

    def snacks(self) -> list[tuple[ConcessionItem, int]]:
        wanted = [(item, self.cleaned_data.get(f"snack-{item.pk}") or 0) for item, _left in self.stock]
        return [(item, quantity) for item, quantity in wanted if quantity]

    def so_far(self) -> tuple[list[Decimal], list[tuple[ConcessionItem, int]], str, int]:
        """The prices of the tickets, the snacks, the promo code and the points, as far as they are valid."""
        if self.is_bound:
            self.is_valid()  # looks once, and keeps what a service refused
            given = self.cleaned_data
        else:
            given = {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}
        prices = []
        for seat in self.seats:
            types = self._types[seat.pk]
            chosen = types.get(str(given.get(f"type-{seat.pk}"))) or next(iter(types.values()), None)
            prices += [self._price(seat, chosen)] if chosen else []
        snacks = [(item, quantity) for item, _left in self.stock if (quantity := given.get(f"snack-{item.pk}"))]
        return prices, snacks, str(given.get("promocode") or "").strip(), given.get("points") or 0

    # --- The prices shown

    def prices_shown(self) -> str:
        """The prices on this page in minor units, sent back with the choice; see `expected_total`."""
        seats = {
            str(seat.pk): {key: minor_units(self._price(seat, each)) for key, each in self._types[seat.pk].items()}
            for seat in self.seats
        }
        snacks = {str(item.pk): minor_units(item.price) for item, _left in self.stock}
        return json.dumps({"seats": seats, "snacks": snacks}, separators=(",", ":"))

    def expected_total(self) -> Decimal | None:
        """What seats and snacks cost on the page that the visitor saw; None where the request does not say.

        It is only compared with the current price, so a forged value gains nothing.
        """
        try:
            shown = json.loads(self.data.get("prices_shown", ""))
            prices = [(shown["seats"][str(seat.pk)][str(ticket_type.pk)], 1) for seat, ticket_type in self.places()]
            prices += [(shown["snacks"][str(item.pk)], quantity) for item, quantity in self.snacks()]
        except (ValueError, LookupError, TypeError, RecursionError):
            return None
        if not all(type(price) is int and 0 <= price <= minor_units(MAX_AMOUNT) for price, _quantity in prices):
            return None
        return Decimal(sum(price * quantity for price, quantity in prices)).scaleb(-MINOR_UNITS)


def _news(channel: Channel) -> str:
    return f"news-{channel.lower()}"


# --- Accounts


class AddressForm(ShopForm):
    """The address to send a link to."""

    email = AddressField(label=gettext_lazy("Email"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class PasswordSignInForm(ShopForm):
    username = AddressField(label=gettext_lazy("Email"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class FindForm(ShopForm):
    number = TextFormField(
        label=gettext_lazy("Order number"),
        max_length=12,
        help_text=gettext_lazy("Eight letters and digits. You’ll find it in the email about your order."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = AddressField(label=gettext_lazy("Email"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["first_name", "last_name", "phone", "preferred_language"]
        field_classes = {"first_name": TextFormField, "last_name": TextFormField}
        labels = {"preferred_language": gettext_lazy("Language of the site and emails")}
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class NewPasswordForm(ShopForm):
    """Sets the first password, or a new one. With `knows`, the old one is required."""

    old = forms.CharField(
        label=gettext_lazy("Current password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=gettext_lazy("New password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, knows: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not knows:
            del self.fields["old"]

    def clean_old(self) -> str:
        old = str(self.cleaned_data["old"])
        try:
            is_right = is_old_password(self.user, old, at=clock.now())
        except RateLimited as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        if not is_right:
            raise forms.ValidationError(_("Your current password is incorrect."))
        return old

    def clean_new(self) -> str:
        new = str(self.cleaned_data["new"])
        validate_password(new, self.user)
        return new

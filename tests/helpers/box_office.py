"""Devices of the box office, and browsers on which somebody has given a PIN."""

from datetime import datetime

from django.http import HttpResponse
from django.test import Client

from accounts.models import Device, User
from accounts.services.devices import code_of, enrol, offer_enrolment
from accounts.services.pins import set_pin
from boxoffice.access import COOKIE, keep_token
from cinema import clock
from screenings.models import Cinema, Hall

PIN = "4826"


def a_device(cinema: Cinema, *halls: Hall, name: str = "Door B") -> Device:
    device = Device.objects.create(cinema=cinema, name=name)
    device.halls.set(halls)
    return device


def token_of(device: Device, *, at: datetime | None = None) -> str:
    """Enrol the device, and return the token in its cookie."""
    at = at or clock.now()
    offer_enrolment(device, at=at)
    return enrol(code_of(device), address="10.0.0.9", at=at)[1]


def enrolled(device: Device) -> Client:
    """A browser that was enrolled as this device; nobody has given a PIN."""
    client, response = Client(), HttpResponse()
    keep_token(response, token_of(device))
    client.cookies[COOKIE] = response.cookies[COOKIE].value
    return client


def at_work(person: User, device: Device) -> Client:
    """A browser on this device, on which the person has given the PIN."""
    set_pin(person, pin=PIN, at=clock.now())
    client = enrolled(device)
    answer = client.post("/boxoffice/lock/", {"person": person.pk, "pin": PIN})
    assert answer.status_code == 302, answer.text
    return client

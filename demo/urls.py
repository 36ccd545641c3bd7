from django.urls import path

from demo import doubles, receiver, views

urlpatterns = [
    path("demo-bank/<slug:token>/", views.demo_bank, name="demo_bank"),
    path("webhooks/demo-receiver/", receiver.demo_receiver, name="demo_receiver"),
    path("webhooks/demo-sms/", doubles.phones, name="demo_phones"),
    path("webhooks/demo-sms/sms/<slug:method>", doubles.sms, name="demo_sms"),
    path("webhooks/demo-newsletters/", doubles.contacts, name="demo_contacts"),
    path("webhooks/demo-newsletters/<slug:method>", doubles.newsletters, name="demo_newsletters"),
]

from django.urls import path

from storefront.views import account, changes, checkout, language, news, orders, paying, personal, programme, seats

app_name = "shop"

urlpatterns = [
    path("", programme.home, name="home"),
    path("films/<int:key>/", programme.film, name="film"),
    path("films/<int:key>/card.svg", programme.film_card, name="title_card"),
    path("sessions/<int:key>/", seats.seats, name="session"),
    path("sessions/<int:key>/taken/", seats.taken, name="taken"),
    path("sessions/<int:key>/session.ics", programme.session_calendar, name="session_calendar"),
    path("sessions/<int:key>/checkout/", checkout.checkout, name="checkout"),
    path("order/<slug:token>/", orders.order, name="order"),
    path("order/<slug:token>/extend/", orders.extend, name="extend"),
    path("order/<slug:token>/give-up/", orders.cancel, name="cancel"),
    path("order/<slug:token>/changed/<int:incident>/", changes.changed, name="changed"),
    path("order/<slug:token>/seats/", orders.seats, name="order_seats"),
    path("order/<slug:token>/change/", orders.change, name="change"),
    path("order/<slug:token>/confirm/", orders.confirm, name="confirm"),
    path("order/<slug:token>/pay/", paying.pay, name="pay"),
    path("order/<slug:token>/paid/", paying.paid, name="paid"),
    path("order/<slug:token>/address/", orders.correct_address, name="correct_address"),
    path("order/<slug:token>/news/", news.of_order_page, name="order_news"),
    path("order/<slug:token>/refund/", orders.refund, name="refund"),
    path("order/<slug:token>/tickets.ics", orders.tickets_calendar, name="tickets_calendar"),
    path("find/", account.find_order, name="find_order"),
    path("account/", account.account, name="account"),
    path("account/points/", account.points, name="points"),
    path("account/profile/", account.profile, name="profile"),
    path("account/news/", news.of_account, name="news"),
    path("account/password/", account.password, name="password"),
    path("account/data.json", personal.my_data, name="my_data"),
    path("account/delete/", personal.delete_account, name="delete_account"),
    path("account/sign-in/", account.sign_in, name="sign_in"),
    path("account/sign-in/link/", account.send_link, name="send_link"),
    path("account/link/<str:token>/", account.link, name="link"),
    path("account/sign-out/", account.sign_out, name="sign_out"),
    path("unsubscribe/<slug:token>/", news.unsubscribe, name="unsubscribe"),
    path("language/", language.choose, name="language"),
    path("robots.txt", programme.robots, name="robots"),
    path("sitemap.xml", programme.sitemap, name="sitemap"),
]

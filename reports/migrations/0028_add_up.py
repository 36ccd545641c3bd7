"""Add the lines of closed days up to the totals of screenings, guests and items."""

from django.db import migrations

TICKETS = "sold refunded comps used no_shows gross discount points refunded_value refunded_money vat"
BAR = "sold refunded uncollected gross discount points refunded_value refunded_money vat cost uncosted"
ADDED_UP = [
    ("screeningtotals", "ticketfigures", "session_id, film_id, hall_id", TICKETS),
    ("guesttotals", "ticketfigures", "ticket_type_id, seat_kind, channel", TICKETS),
    ("itemtotals", "barfigures", "item_id", BAR),
]


def add_up(apps, schema_editor):
    for totals, lines, key, names in ADDED_UP:
        measures = names.split()
        same = f"day_id, cinema_id, about, {key}"
        sums = ", ".join(f"sum({measure})" for measure in measures)
        schema_editor.execute(
            f"INSERT INTO reports_{totals} ({same}, {', '.join(measures)}) "  # noqa: S608 (names of ours)
            f"SELECT {same}, {sums} FROM reports_{lines} GROUP BY {same}"
        )


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0027_totals'),
    ]

    operations = [
        migrations.RunPython(add_up, migrations.RunPython.noop),
    ]

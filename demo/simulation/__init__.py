"""The last and the next days of the demo: bookings that are played through the services, one after another."""

"""Feeds that anybody may read: showtimes for screens and aggregators, calendars, and the screen in the foyer."""

"""How days and times are written where nothing else is asked for: an instant with its zone."""

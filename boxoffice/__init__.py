"""Screens of staff at the till, the door and the bar."""

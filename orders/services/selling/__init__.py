"""Selling: from a choice of seats and snacks to a held order."""

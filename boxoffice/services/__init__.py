"""Services of the box office."""

"""An order as staff see it: what it is made of, what happened to it, and what may be done with it."""

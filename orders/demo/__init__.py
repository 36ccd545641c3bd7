"""A small cinema chain with a past, a present and a future, made through the services: see `build`."""

from orders.demo.building import State, build, state

__all__ = ["State", "build", "state"]

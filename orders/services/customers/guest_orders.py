from accounts.models import User
from orders.models import Order


def claim_guest_orders(user: User) -> int:
    """Give a customer the orders that were bought as a guest with the same address, and say how many.

    Who calls has seen that the address is the customer's own. They earn points like any other of theirs. One query.
    """
    return Order.objects.filter(user__isnull=True, email=user.email).exclude(email="").update(user=user)

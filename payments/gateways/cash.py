from payments.gateways.by_hand import ByHand


class Cash(ByHand):
    """In the drawer or not: booked at once when it is taken, paid out by a person when it goes back."""

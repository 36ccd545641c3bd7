from payments.gateways.manual import ManualGateway


class Cash(ManualGateway):
    """In the drawer or not: booked at once when it is taken, paid out by a person when it goes back."""

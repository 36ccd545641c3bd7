from payments.gateways.manual import ManualGateway


class Cash(ManualGateway):
    """Cash: recorded when it is taken; refunds are paid out by a person."""

from payments.gateways.manual import ManualGateway


class BankTransfer(ManualGateway):
    """Money on the cinema's bank account: recorded when it has come; refunds are sent back by a person."""

from payments.gateways.manual import ManualGateway


class CardTerminal(ManualGateway):
    """A terminal on the counter that is not connected to us. The cashier reads its answer: approved, declined, or it
    broke off and nobody knows; then the payment stays in flight until a person has looked at the terminal's journal."""

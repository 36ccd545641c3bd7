from payments.gateways.manual import ManualGateway


class CardTerminal(ManualGateway):
    """A card terminal at the counter that is not connected to this system.

    The cashier records whether it approved or declined the card. If that is unclear, the payment stays `PENDING` until
    a person has checked the terminal's journal.
    """

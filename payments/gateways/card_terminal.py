from payments.gateways.by_hand import ByHand


class CardTerminal(ByHand):
    """A terminal on the counter that is not connected to us. The cashier reads its answer: approved, declined, or it
    broke off and nobody knows; then the payment stays in flight until a person has looked at the terminal's journal."""

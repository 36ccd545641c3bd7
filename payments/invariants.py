"""Invariants of payments and refunds; see `jobs.invariants`."""

from jobs.invariants import Invariant

INVARIANTS = [
    Invariant(
        "No payment is refunded beyond its amount",
        "payments.payment",
        """
        SELECT payment.id FROM payments_payment payment
        JOIN (SELECT payment_id, SUM(amount) AS back FROM payments_refund
              GROUP BY payment_id) refund ON refund.payment_id = payment.id
        WHERE refund.back > CASE payment.status WHEN 'SUCCEEDED' THEN payment.amount ELSE 0 END
        """,
    ),
    Invariant(
        "The cash of a place is the sum of its movements, and not negative",
        "payments.cashplace",
        """
        SELECT place.id FROM payments_cashplace place
        LEFT JOIN (SELECT place_id, SUM(amount) AS moved FROM payments_cashmovement
                   GROUP BY place_id) movement ON movement.place_id = place.id
        WHERE place.cash <> COALESCE(movement.moved, 0) OR place.cash < 0
        """,
    ),
    Invariant(
        "Cash that is moved leaves one place and reaches another of the same cinema",
        "payments.cashmovement",
        """
        SELECT MIN(movement.id) FROM payments_cashmovement movement
        JOIN payments_cashplace place ON place.id = movement.place_id
        WHERE movement.transfer IS NOT NULL GROUP BY movement.transfer
        HAVING COUNT(*) <> 2 OR SUM(movement.amount) <> 0 OR MIN(place.cinema_id) <> MAX(place.cinema_id)
        """,
    ),
    Invariant(
        "Every cash payment and every refund in cash of a shift is one movement of its drawer, of the same amount",
        "payments.payment",
        """
        SELECT payment.id FROM payments_payment payment
        LEFT JOIN payments_cashmovement movement ON movement.payment_id = payment.id
        WHERE payment.shift_id IS NOT NULL AND payment.gateway = 'cash' AND payment.status = 'SUCCEEDED'
            AND (movement.id IS NULL OR movement.amount <> payment.amount OR movement.shift_id <> payment.shift_id)
        UNION ALL
        SELECT refund.payment_id FROM payments_refund refund
        JOIN payments_cashmovement movement ON movement.refund_id = refund.id
        WHERE movement.amount <> -refund.amount OR refund.shift_id IS NULL OR movement.shift_id <> refund.shift_id
        """,
    ),
    Invariant(
        "A counted shift leaves its drawer empty",
        "payments.cashplace",
        """
        SELECT place.id FROM payments_cashplace place
        WHERE place.kind = 'DRAWER' AND place.cash <> 0 AND NOT EXISTS (
            SELECT 1 FROM payments_shift shift WHERE shift.drawer_id = place.id AND shift.status <> 'COUNTED')
        """,
    ),
    Invariant(
        "The balance of a gift card is the sum of its movements, and not negative",
        "payments.giftcard",
        """
        SELECT card.id FROM payments_giftcard card
        LEFT JOIN (SELECT card_id, SUM(amount) AS moved FROM payments_giftcardmovement
                   GROUP BY card_id) movement ON movement.card_id = card.id
        WHERE card.balance <> COALESCE(movement.moved, 0) OR card.balance < 0
        """,
    ),
    Invariant(
        "Every payment with a gift card, and every refund onto one, is one movement of that card, of the same amount",
        "payments.payment",
        """
        SELECT payment.id FROM payments_payment payment
        LEFT JOIN payments_giftcardmovement movement ON movement.payment_id = payment.id
        WHERE payment.gateway = 'gift_card' AND payment.status = 'SUCCEEDED'
            AND (movement.id IS NULL OR movement.amount <> -payment.amount)
        UNION ALL
        SELECT payment.id FROM payments_refund refund
        JOIN payments_payment payment ON payment.id = refund.payment_id AND payment.gateway = 'gift_card'
        JOIN payments_giftcardmovement spent ON spent.payment_id = payment.id
        LEFT JOIN payments_giftcardmovement movement ON movement.refund_id = refund.id
        WHERE refund.status = 'SUCCEEDED' AND NOT refund.handed_out AND refund.amount > 0
            AND (movement.id IS NULL OR movement.amount <> refund.amount OR movement.card_id <> spent.card_id)
        """,
    ),
    Invariant(
        "A gift card that was sold for cash, or taken back, is one movement of the drawer, of the same amount",
        "payments.giftcard",
        """
        SELECT movement.card_id FROM payments_giftcardmovement movement
        LEFT JOIN payments_cashmovement moved ON moved.gift_card_movement_id = movement.id
        WHERE movement.tender = 'cash'
            AND (moved.id IS NULL OR moved.amount <> movement.amount OR moved.shift_id <> movement.shift_id)
        """,
    ),
    Invariant(
        "Money that pays for another order since tickets were exchanged went back for the old one, in the same way",
        "payments.payment",
        """
        SELECT payment.id FROM payments_payment payment
        LEFT JOIN payments_refund refund ON refund.external_id = payment.external_id
        LEFT JOIN payments_payment old ON old.id = refund.payment_id
        WHERE payment.moved_from_id IS NOT NULL
            AND (refund.id IS NULL OR refund.amount <> payment.amount OR old.gateway <> payment.gateway
                 OR payment.moved_from_id NOT IN (old.id, COALESCE(old.moved_from_id, old.id)))
        """,
    ),
]

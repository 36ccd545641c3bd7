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
]

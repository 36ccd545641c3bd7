"""Invariants of points; see `jobs.invariants`."""

from jobs.invariants import Invariant

INVARIANTS = [
    Invariant(
        "A balance less what is owed is the sum of its transactions; neither is negative, one of them is 0",
        "bonuses.bonusaccount",
        """
        SELECT account.id FROM bonuses_bonusaccount account
        LEFT JOIN (SELECT bonus_account_id, SUM(amount) AS points FROM bonuses_bonustransaction
                   GROUP BY bonus_account_id) entry ON entry.bonus_account_id = account.id
        WHERE account.balance - account.owed <> COALESCE(entry.points, 0)
           OR account.balance < 0 OR account.owed < 0 OR (account.balance > 0 AND account.owed > 0)
        """,
    ),
    Invariant(
        "An order earns points once",
        "orders.order",
        """
        SELECT order_id FROM bonuses_bonustransaction WHERE transaction_type = 'ACCRUAL'
        GROUP BY order_id HAVING COUNT(*) > 1
        """,
    ),
    Invariant(
        "Reversals never exceed what they reverse",
        "bonuses.bonustransaction",
        """
        SELECT original.id FROM bonuses_bonustransaction original
        JOIN (SELECT reverses_id, SUM(amount) AS amount FROM bonuses_bonustransaction
              WHERE reverses_id IS NOT NULL GROUP BY reverses_id) back ON back.reverses_id = original.id
        WHERE back.amount * original.amount > 0 OR ABS(back.amount) > ABS(original.amount)
        """,
    ),
]

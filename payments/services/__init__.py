from payments.services.ledger import Balance, balance_of, balances, record_success, request_refund

__all__ = ["Balance", "balance_of", "balances", "record_success", "request_refund"]

from payments.services.ledger import Balance as Balance
from payments.services.ledger import balance_of as balance_of
from payments.services.ledger import balances as balances
from payments.services.ledger import record_success as record_success
from payments.services.ledger import request_refund as request_refund
from payments.services.receipts import save_receipts as save_receipts
from payments.services.receipts import send_receipt_again as send_receipt_again
from payments.services.receipts import send_receipts as send_receipts

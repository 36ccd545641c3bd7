"""The services of customers: what other apps and scripts import. Each file of this package is one process."""

from customers.services.address import correct_address as correct_address
from customers.services.address import correct_address_by_customer as correct_address_by_customer
from customers.services.address import is_correctable as is_correctable
from customers.services.address import is_correctable_by_customer as is_correctable_by_customer
from customers.services.customer import Customer as Customer
from customers.services.erasure import erase_customer as erase_customer
from customers.services.export import export_customer_data as export_customer_data
from customers.services.guest_orders import claim_guest_orders as claim_guest_orders
from customers.services.ticket_codes import is_renewable as is_renewable
from customers.services.ticket_codes import renew_code as renew_code
from customers.services.tiers import Standing as Standing
from customers.services.tiers import standing_of as standing_of

"""The pages of payments and refunds: money comes through gateways and hands, and goes back the same way."""

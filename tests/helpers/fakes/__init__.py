"""Other systems that the tests imitate: each speaks their protocol, has a ledger of its own, and fails on request."""

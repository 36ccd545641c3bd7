"""Providers of SMS, one file each. `SMS_BACKEND` names the class; docs/connections.md says how to set each up."""

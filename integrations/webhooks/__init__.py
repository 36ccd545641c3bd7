"""What goes over the wire to receivers of webhooks: Standard Webhooks 1.0."""

"""What monitors read: /metrics, and logs as JSON with the number of the request."""

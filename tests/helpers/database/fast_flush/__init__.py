"""An app for tests alone: its `flush` overrides Django's, which runs after every test that commits."""

"""The database of the tests: its template, statements about all tables, locks, plans and a replica."""

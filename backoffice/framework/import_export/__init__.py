"""Rows of the admin's lists as files that spreadsheets read, out and in again (docs/exchange.md).

`files` turns bytes into a table of texts and back, `cells` texts into values and back, `sheets` a table into rows of
the database, and `pages` shows people what would come of it before it does.
"""

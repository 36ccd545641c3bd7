"""Export of the admin's lists to CSV and XLSX files, and import of such files (docs/exchange.md).

`files` converts bytes to a table of texts and back (`xlsx` opens workbooks in a process of its own, within `limits`),
`widgets` texts to values and back, `resources` rows of a table to rows of the database. `pages` adds the views, with a
preview of what an import would change.
"""

"""How large a file to import may be. Without Django, so that the process that reads workbooks starts quickly."""

MAX_COLUMNS = 50
MAX_CELL_LENGTH = 2_000
READER_MEMORY = 300_000_000  # bytes of address space of the process that reads one workbook

# A file that is looked at while its uploader waits.
MAX_BYTES = 1_000_000
MAX_UNPACKED_BYTES = 20_000_000  # an XLSX is a zip file
MAX_ROWS = 500
READER_CPU_SECONDS = 4
READER_SECONDS = 9

# A larger one, which the job `import_files` looks at.
LARGE_BYTES = 20_000_000
LARGE_UNPACKED_BYTES = 400_000_000
LARGE_ROWS = 100_000
LARGE_CPU_SECONDS = 20
LARGE_CPU_SECONDS_PER_MB = 12  # of the file: a hundred thousand rows are some megabytes
LARGE_SECONDS = 600

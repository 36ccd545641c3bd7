"""How large a file to import may be. Without Django, so that the process that reads workbooks starts quickly."""

MAX_BYTES = 1_000_000
MAX_UNPACKED_BYTES = 20_000_000  # an XLSX is a zip file
MAX_ROWS = 500  # each is checked and saved separately, all in one transaction
MAX_COLUMNS = 50
MAX_CELL_LENGTH = 2_000

# For the process that reads one workbook: a file of 16 kB can unpack to gigabytes of objects.
READER_MEMORY = 300_000_000  # bytes of address space
READER_CPU_SECONDS = 6
READER_SECONDS = 20

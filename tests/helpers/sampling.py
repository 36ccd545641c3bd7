"""How much of a long list of cases a test tries: a sample in `make test`, all of them in `make proofs`.

Mark such a test with `exhaustive`, so that `make proofs` runs it again with all its cases.
"""

import os

EXHAUSTIVE = os.environ.get("EXHAUSTIVE") == "1"

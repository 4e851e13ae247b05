"""How much of what could be explored is: by environment variables, for all tests alike.

``CI=true``      every model configuration of the suite and 300 seeds of the seat machine
``FAULTS=true``  the large configurations, too (``make faults`` sets it)
``SEEDS``        another number of seeds
"""

import os

FAULTS = os.environ.get("FAULTS") == "true"
EVERYTHING = FAULTS or os.environ.get("CI") == "true"
SEEDS = int(os.environ.get("SEEDS") or (300 if EVERYTHING else 24))

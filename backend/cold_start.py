"""Imported first by a Lambda: importing makes many objects and no garbage worth looking for.

``backend.shared.http.Handler`` ends the pause when the function is wired.
"""

import gc

gc.disable()

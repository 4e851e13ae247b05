"""Characters that no text from outside may hold: controls, and halves that no encoding stores."""

import re

IN_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
IN_PROSE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Line breaks and tabs are part of prose."""

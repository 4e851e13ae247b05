"""``python -m infra.docs_page FOLDER``: write the page and its stylesheet into a folder."""

import sys
from pathlib import Path

from infra.docs_page import files


def main() -> int:
    """Write the files; 2 without a folder."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (folder / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

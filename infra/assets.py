"""Front-end parts: ``python -m infra.assets`` builds the git-ignored ``static_build/``.

Third-party parts are installed by package name (``package-lock.json``) and copied from
there; nothing of them is committed. The result:

``static_build/assets/``       our own CSS and JS beside the vendors' files, as written
``static_build/icons.json``    name → SVG content of every icon that pages may inline
``static_build/staticfiles/``  the same assets under hashed names, compressed (whitenoise)

A second run without changes takes milliseconds: a stamp of all inputs is compared.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import django_htmx

from infra import node
from infra.locks import locked

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "static_src"
BUILD = ROOT / "static_build"
MODULES = ROOT / "node_modules"
STAMP = BUILD / "stamp.txt"
INPUTS = ("package-lock.json", "infra/assets.py", "portal/common/static_storage.py")

SCRIPTS = {  # what pages load → where the package keeps it
    "vendor/htmx.js": Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js",
    "vendor/barcode-detector.js": MODULES / "barcode-detector/dist/iife/ponyfill.js",
    "vendor/zxing_reader.wasm": MODULES / "zxing-wasm/dist/reader/zxing_reader.wasm",
    "vendor/bootstrap.css": MODULES / "bootstrap/dist/css/bootstrap.min.css",
    "vendor/inter/inter.css": MODULES / "@fontsource-variable/inter/wght.css",
}
FONTS = MODULES / "@fontsource-variable/inter/files"
TABLER = MODULES / "@tabler/icons/icons/outline"
SOURCE_MAP = re.compile(r"/[/*]# sourceMappingURL=\S+(?: \*/)?")


class AssetsFailed(Exception):
    """The front-end parts cannot be built; the text says why and what to do."""


def build() -> bool:
    """Bring ``static_build/`` up to date; returns whether there was anything to do.

    Safe to call from several processes at once: the second waits for the first.
    """
    with locked(BUILD / "lock"):
        stamp = _stamp()
        if STAMP.exists() and STAMP.read_text() == stamp:
            return False
        node.install(ROOT)
        _copy_assets()
        _write_icons()
        _collect()
        STAMP.write_text(stamp)
        return True


def _stamp() -> str:
    digest = hashlib.sha256()
    files = [ROOT / name for name in INPUTS]
    files += sorted(path for path in SOURCE.rglob("*") if path.is_file())
    for path in files:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    digest.update(SCRIPTS["vendor/htmx.js"].read_bytes())  # comes with pip, not with npm's lock
    return digest.hexdigest()


def _copy_assets() -> None:
    assets = BUILD / "assets"
    shutil.rmtree(assets, ignore_errors=True)
    shutil.copytree(SOURCE, assets, ignore=shutil.ignore_patterns("icons"))
    for name, origin in SCRIPTS.items():
        target = assets / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix in (".css", ".js"):
            # Maps are not shipped, and a hashed manifest refuses a reference to nothing.
            target.write_text(SOURCE_MAP.sub("", origin.read_text()))
        else:
            shutil.copyfile(origin, target)
    fonts = assets / "vendor/inter/files"
    fonts.mkdir()
    for font in FONTS.glob("*-wght-normal.woff2"):
        shutil.copyfile(font, fonts / font.name)


def icon_names() -> list[str]:
    """The Tabler icons that pages may use, as listed in ``static_src/icons/tabler.txt``."""
    lines = (SOURCE / "icons/tabler.txt").read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _write_icons() -> None:
    icons = {}
    origins = {name: TABLER / f"{name}.svg" for name in icon_names()}
    origins |= {path.stem: path for path in (SOURCE / "icons").glob("*.svg")}
    for name, path in sorted(origins.items()):
        if not path.exists():
            raise AssetsFailed(f"static_src/icons/tabler.txt: Tabler has no icon {name!r}.")
        icons[name] = _inner(path.read_text())
    (BUILD / "icons.json").write_text(json.dumps(icons, indent=0))


def _inner(svg: str) -> str:
    """What stands between ``<svg …>`` and ``</svg>``, without Tabler's invisible square."""
    content = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    content = re.sub(r'<path stroke="none"[^>]*/>', "", content)
    return re.sub(r">\s+<", "><", content.strip())


def _collect() -> None:
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--clear", "-v", "0"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode:
        raise AssetsFailed("collectstatic failed: " + result.stderr.strip()[-400:])


def main() -> int:
    """Build, and say in one line what happened."""
    started = time.monotonic()
    try:
        changed = build()
    except (AssetsFailed, node.NodeFailed) as error:
        print(f"assets: {error}", file=sys.stderr)
        return 1
    what = "built" if changed else "up to date"
    print(f"assets: {what} in {time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

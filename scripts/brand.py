"""
Render the drawings of docs/brand/ to the images that Home Assistant and HACS show.

    python scripts/brand.py [--check]

With `--check` nothing is written: it tells which images are older than their drawings.
"""

from pathlib import Path
import sys

import resvg_py  # type: ignore[import-not-found]  # in an environment of its own

ROOT = Path(__file__).parents[1]
DRAWINGS = ROOT / "docs" / "brand"
IMAGES = ROOT / "custom_components" / "micro_studio" / "brand"
HEIGHT = 256


def main() -> int:
    """Render each drawing in both sizes."""
    check = "--check" in sys.argv[1:]
    stale = 0
    for drawing in sorted(DRAWINGS.glob("*.svg")):
        for suffix, scale in (("", 1), ("@2x", 2)):
            image = IMAGES / f"{drawing.stem}{suffix}.png"
            content = resvg_py.svg_to_bytes(
                svg_path=str(drawing), height=HEIGHT * scale, skip_system_fonts=True
            )
            if image.exists() and image.read_bytes() == content:
                continue
            stale += 1
            if not check:
                IMAGES.mkdir(exist_ok=True)
                image.write_bytes(content)
            sys.stdout.write(f"brand: {image.name} {'is stale' if check else 'rendered'}\n")
    if not stale:
        sys.stdout.write("brand: every image is what its drawing shows.\n")
    return bool(check and stale)


if __name__ == "__main__":
    sys.exit(main())

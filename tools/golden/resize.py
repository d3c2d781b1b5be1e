"""Golden values of resizing with Pillow: bilinear over all pixels that go into one, to cover a size, cropped about the centre.

Run from the repository root:  python3 tools/golden/resize.py  (needs Pillow and NumPy; writes packages/images/golden/resize.json)
"""

import json
import pathlib

import numpy as np
from PIL import Image

rng = np.random.default_rng(11)


def case(height, width, to_height, to_width):
    pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    scale = max(to_height / height, to_width / width)
    left, top = (width - to_width / scale) / 2, (height - to_height / scale) / 2
    box = (left, top, left + to_width / scale, top + to_height / scale)
    resized = Image.fromarray(pixels).resize((to_width, to_height), Image.BILINEAR, box=box)
    return {
        "from": {"height": height, "width": width, "pixels": pixels.flatten().tolist()},
        "to": {"height": to_height, "width": to_width, "pixels": np.asarray(resized).flatten().tolist()},
    }


# Pillow 13 takes the height first where it loses more than twice as many pixels as the width: none of these.
cases = [case(14, 13, 12, 12), case(20, 16, 7, 8), case(9, 30, 8, 8), case(6, 5, 12, 12), case(5, 8, 11, 6), case(12, 12, 4, 4)]
path = pathlib.Path(__file__).resolve().parents[2] / "packages/images/golden/resize.json"
path.write_text(json.dumps(cases) + "\n")

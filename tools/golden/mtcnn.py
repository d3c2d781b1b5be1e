"""Golden values for @hm/align from an independent MTCNN: facenet-pytorch 2.6.0 (MIT), whose wheel holds its weights.

    pip download facenet-pytorch==2.6.0 --no-deps && unzip facenet_pytorch-*.whl -d WHEEL
    python3 tools/golden/mtcnn.py WHEEL [LFW_IMAGES]

Writes packages/align/golden/networks.json (the three networks on an artificial picture) and, given LFW's
image folder, landmarks.json (detections on some of its photographs). Needs torch and Pillow.
"""
import glob
import json
import os
import sys

import numpy as np
import torch
from facenet_detector import faces_of, load

torch.set_num_threads(1)
here = os.path.join(os.path.dirname(__file__), "../../packages/align/golden")
networks = load(sys.argv[1])
pnet, rnet, onet, _ = networks


def picture(batch, height, width):
    """Smooth colours that a test can make again: value = 127.5 + 127.5 sin(0.1 b + 0.23 x + 0.17 y (c + 1))."""
    b, y, x, c = np.meshgrid(*(np.arange(n) for n in (batch, height, width, 3)), indexing="ij")
    values = 127.5 + 127.5 * np.sin(0.1 * b + 0.23 * x + 0.17 * y * (c + 1))
    return torch.tensor((values - 127.5) * 0.0078125, dtype=torch.float32).permute(0, 3, 1, 2)


def flat(tensor):
    return [round(float(v), 7) for v in (tensor.permute(0, 2, 3, 1) if tensor.ndim == 4 else tensor).reshape(-1)]


with torch.no_grad():
    regression, probabilities = pnet(picture(1, 25, 32))
    golden = {"pnet": {"shape": [1, 25, 32, 3], "probabilities": flat(probabilities), "regression": flat(regression)}}
    regression, probabilities = rnet(picture(2, 24, 24))
    golden["rnet"] = {"shape": [2, 24, 24, 3], "probabilities": flat(probabilities), "regression": flat(regression)}
    regression, landmarks, probabilities = onet(picture(2, 48, 48))
    golden["onet"] = {"shape": [2, 48, 48, 3], "probabilities": flat(probabilities), "regression": flat(regression),
                      "landmarks": flat(landmarks)}
    json.dump(golden, open(os.path.join(here, "networks.json"), "w"))

    if len(sys.argv) > 2:
        from PIL import Image
        found = {}
        for path in sorted(glob.glob(sys.argv[2] + "/*/*.jpg"))[::150]:
            image = Image.open(path).convert("RGB")
            found[os.path.relpath(path, sys.argv[2])] = faces_of(image, networks)
        json.dump(found, open(os.path.join(here, "landmarks.json"), "w"))

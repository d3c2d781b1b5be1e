"""Golden values for @hm/align from an independent MTCNN: facenet-pytorch 2.6.0 (MIT), whose wheel holds its weights.

    pip download facenet-pytorch==2.6.0 --no-deps && unzip facenet_pytorch-*.whl -d WHEEL
    python3 tools/golden/mtcnn.py WHEEL [LFW_IMAGES]

Writes packages/align/src/golden/networks.json (the three networks on an artificial picture) and, given LFW's
image folder, landmarks.json (detections on some of its photographs). Needs torch and Pillow; torchvision only for
its non-maximum suppression, which is replaced here.
"""
import glob
import json
import os
import sys
import types

import numpy as np
import torch


def batched_nms(boxes, scores, groups, threshold):
    boxes = (boxes + (groups.to(boxes) * (boxes.max() + 1))[:, None]).numpy() if len(boxes) else boxes.numpy()
    order = list(np.argsort(-scores.numpy(), kind="stable"))
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept = []
    while order:
        best, rest = order[0], np.array(order[1:], dtype=int)
        kept.append(best)
        w = np.clip(np.minimum(boxes[best, 2], boxes[rest, 2]) - np.maximum(boxes[best, 0], boxes[rest, 0]), 0, None)
        h = np.clip(np.minimum(boxes[best, 3], boxes[rest, 3]) - np.maximum(boxes[best, 1], boxes[rest, 1]), 0, None)
        order = list(rest[w * h / (area[best] + area[rest] - w * h) <= threshold])
    return torch.as_tensor(kept, dtype=torch.long)


def stub(name, **members):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__dict__.update(members)


wheel = sys.argv[1]
sys.path.insert(0, wheel)
stub("torchvision"), stub("torchvision.transforms"), stub("torchvision.transforms.functional")
stub("torchvision.ops"), stub("torchvision.ops.boxes", batched_nms=batched_nms)
sys.modules["torchvision.transforms"].functional = sys.modules["torchvision.transforms.functional"]
stub("facenet_pytorch"), stub("facenet_pytorch.models"), stub("facenet_pytorch.models.utils")
for package in ("", ".models", ".models.utils"):
    sys.modules["facenet_pytorch" + package].__path__ = [wheel + "/facenet_pytorch" + package.replace(".", "/")]
from facenet_pytorch.models.mtcnn import ONet, PNet, RNet  # noqa: E402
from facenet_pytorch.models.utils.detect_face import detect_face  # noqa: E402

torch.set_num_threads(1)
here = os.path.join(os.path.dirname(__file__), "../../packages/align/src/golden")
pnet, rnet, onet = PNet(), RNet(), ONet()


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
            boxes, points = detect_face(image, 20, pnet, rnet, onet, [0.6, 0.7, 0.7], 0.709, "cpu")
            found[os.path.relpath(path, sys.argv[2])] = [
                {"box": [round(float(v), 3) for v in box[:4]], "score": round(float(box[4]), 5),
                 "landmarks": [[round(float(v), 3) for v in point] for point in face]}
                for box, face in zip(boxes[0], points[0])
            ]
        json.dump(found, open(os.path.join(here, "landmarks.json"), "w"))

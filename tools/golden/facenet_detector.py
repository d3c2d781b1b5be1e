"""facenet-pytorch 2.6.0 (MIT) from its unpacked wheel, which holds its weights: an MTCNN that is not ours.

Needs torch and Pillow; torchvision only for its non-maximum suppression, which is replaced here.
"""
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


def load(wheel):
    """The networks' classes and the function that detects."""
    sys.path.insert(0, wheel)
    stub("torchvision"), stub("torchvision.transforms"), stub("torchvision.transforms.functional")
    stub("torchvision.ops"), stub("torchvision.ops.boxes", batched_nms=batched_nms)
    sys.modules["torchvision.transforms"].functional = sys.modules["torchvision.transforms.functional"]
    stub("facenet_pytorch"), stub("facenet_pytorch.models"), stub("facenet_pytorch.models.utils")
    for package in ("", ".models", ".models.utils"):
        sys.modules["facenet_pytorch" + package].__path__ = [wheel + "/facenet_pytorch" + package.replace(".", "/")]
    from facenet_pytorch.models.mtcnn import ONet, PNet, RNet
    from facenet_pytorch.models.utils.detect_face import detect_face

    return PNet(), RNet(), ONet(), detect_face


def faces_of(image, networks):
    """Boxes, scores and landmarks in a PIL image, as plain lists."""
    pnet, rnet, onet, detect_face = networks
    boxes, points = detect_face(image, 20, pnet, rnet, onet, [0.6, 0.7, 0.7], 0.709, "cpu")
    return [
        {"box": [round(float(v), 3) for v in box[:4]], "score": round(float(box[4]), 5),
         "landmarks": [[round(float(v), 3) for v in point] for point in face]}
        for box, face in zip(boxes[0], points[0])
    ]

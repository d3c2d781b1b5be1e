"""MobileFaceNet and MobileNetV4-Conv-S in PyTorch: parameter counts and an embedding of weights that a formula gives.

    python3 tools/golden/mobile_networks.py

MobileFaceNet is written as insightface's arcface_torch/backbones/mobilefacenet.py, MobileNetV4-Conv-S as timm's
architecture definition, with the second stride left out and MobileFaceNet's head.
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch import nn


def block(i, o, k=1, s=1, g=1, act=None, pad=None):
    layers = [nn.Conv2d(i, o, k, s, k // 2 if pad is None else pad, groups=g, bias=False), nn.BatchNorm2d(o)]
    return nn.Sequential(*layers, *([nn.PReLU(o)] if act == "prelu" else [nn.ReLU()] if act == "relu" else []))


class Residual(nn.Module):
    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return x + self.body(x)


def head(channels, size, embedding):
    mean = block(channels, channels, k=size, g=channels, pad=0)
    return [mean, nn.Flatten(), nn.Linear(channels, embedding, bias=False), nn.BatchNorm1d(embedding)]


def mobile_face_net(width=1, embedding=512, size=112):
    def depthwise(i, g, o, s):
        return nn.Sequential(
            block(i, g, act="prelu"), block(g, g, k=3, s=s, g=g, act="prelu"), block(g, o)
        )

    narrow, wide = 64 * width, 128 * width
    return nn.Sequential(
        block(3, narrow, k=3, s=2, act="prelu"),
        block(narrow, narrow, k=3, g=64, act="prelu"),
        depthwise(narrow, 128, narrow, 2),
        *[Residual(depthwise(narrow, 128, narrow, 1)) for _ in range(4)],
        depthwise(narrow, 256, wide, 2),
        *[Residual(depthwise(wide, 256, wide, 1)) for _ in range(6)],
        depthwise(wide, 512, wide, 2),
        *[Residual(depthwise(wide, 256, wide, 1)) for _ in range(2)],
        block(wide, 512, act="prelu"),
        *head(512, size // 16, embedding),
    )


def mobile_net_v4(embedding=512, size=112):
    def uib(i, o, e, a=0, k=0, s=1):
        parts = [block(i, i, k=a, s=1 if k else s, g=i)] if a else []
        parts.append(block(i, i * e, act="relu"))
        if k:
            parts.append(block(i * e, i * e, k=k, s=s, g=i * e, act="relu"))
        parts.append(block(i * e, o))
        body = nn.Sequential(*parts)
        return Residual(body) if s == 1 and i == o else body

    return nn.Sequential(
        block(3, 32, k=3, s=2, act="relu"),
        block(32, 32, k=3, act="relu"),
        block(32, 32, act="relu"),
        block(32, 96, k=3, s=2, act="relu"),
        block(96, 64, act="relu"),
        uib(64, 96, 3, a=5, k=5, s=2),
        *[uib(96, 96, 2, k=3) for _ in range(4)],
        uib(96, 96, 4, a=3),
        uib(96, 128, 6, a=3, k=3, s=2),
        uib(128, 128, 4, a=5, k=5),
        uib(128, 128, 4, k=5),
        uib(128, 128, 3, k=5),
        *[uib(128, 128, 4, k=3) for _ in range(2)],
        block(128, 960, act="relu"),
        *head(960, size // 16, embedding),
    )


def noise(k, shape):
    """Numbers from -1 to 1 that look random."""
    values = 43758.5453 * np.sin(12.9898 * np.arange(np.prod(shape)) + 78.233 * k)
    return (2 * (values - np.floor(values)) - 1).reshape(shape)


def fill(network):
    """Tensor k of the parameters, in order, and of the statistics, gets noise that tests can compute too."""
    k = 0
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            o, i, h, w = module.weight.shape
            value = noise(k, (h, w, i, o)) * np.sqrt(6 / (h * w * i))
            module.weight.data = torch.tensor(value.transpose(3, 2, 0, 1).astype(np.float32))
            k += 1
        elif isinstance(module, nn.Linear):
            o, i = module.weight.shape
            value = noise(k, (i, o)) * np.sqrt(6 / i)
            module.weight.data = torch.tensor(value.T.astype(np.float32))
            k += 1
        elif isinstance(module, (nn.BatchNorm2d, nn.BatchNorm1d)):
            n = module.weight.shape
            module.weight.data = torch.tensor((1 + 0.1 * noise(k, n)).astype(np.float32))
            module.bias.data = torch.tensor((0.1 * noise(k + 1, n)).astype(np.float32))
            module.running_mean = torch.tensor((0.1 * noise(k, n)).astype(np.float32))
            module.running_var = torch.tensor((1 + 0.5 * noise(k, n)).astype(np.float32))
            k += 2
        elif isinstance(module, nn.PReLU):
            module.weight.data = torch.tensor((0.25 + 0.1 * noise(k, module.weight.shape)).astype(np.float32))
            k += 1


def golden(make, size=64):
    network = make(size=size, embedding=16).eval()
    fill(network)
    images = noise(0, (1, size, size, 3)).astype(np.float32)
    with torch.no_grad():
        embedding = network(torch.tensor(images.transpose(0, 3, 1, 2)))
    return {
        "parameters": sum(p.numel() for p in make().parameters()),
        "embedding": [round(float(x), 7) for x in embedding[0]],
    }


cases = {
    "mobilefacenet": lambda **o: mobile_face_net(**o),
    "mobilefacenet, width 2": lambda **o: mobile_face_net(width=2, **o),
    "mobilenetv4": lambda **o: mobile_net_v4(**o),
}
if __name__ == "__main__":
    path = Path(__file__).parents[2] / "packages/resnet/golden/mobile-networks.json"
    path.write_text(json.dumps({name: golden(make) for name, make in cases.items()}, indent=2) + "\n")

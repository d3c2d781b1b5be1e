"""State dicts of small face networks, as torch.save writes them, and what the networks embed an image to.

    python3 tools/golden/state_dicts.py                     writes packages/resnet/golden/*.pth and state-dicts.json
    python3 tools/golden/state_dicts.py NETWORK FILE.pth    loads a file into the network and prints its embedding

The networks are those of insightface's arcface_torch (IResNet, MobileFaceNet), AdaFace's net.py (IR, without the
normalization of its output) and torchvision's ResNet, narrower, for images of 32x32.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

FOLDER = Path(__file__).parents[2] / "packages/resnet/golden"
EMBEDDING = 8


def conv(i, o, k=3, s=1, g=1, p=None):
    return nn.Conv2d(i, o, k, s, k // 2 if p is None else p, groups=g, bias=False)


class IrBlock(nn.Module):
    """insightface's IBasicBlock."""

    def __init__(self, i, o, s):
        super().__init__()
        self.bn1, self.conv1, self.bn2 = nn.BatchNorm2d(i), conv(i, o), nn.BatchNorm2d(o)
        self.prelu, self.conv2, self.bn3 = nn.PReLU(o), conv(o, o, s=s), nn.BatchNorm2d(o)
        self.downsample = nn.Sequential(conv(i, o, 1, s), nn.BatchNorm2d(o)) if s != 1 or i != o else None

    def forward(self, x):
        y = self.bn3(self.conv2(self.prelu(self.bn2(self.conv1(self.bn1(x))))))
        return y + (x if self.downsample is None else self.downsample(x))


def stages(block, width, depths, first_stride):
    channels = width
    for stage, depth in enumerate(depths):
        outputs = width * 2**stage
        blocks = []
        for index in range(depth):
            blocks.append(block(channels, outputs, (first_stride if stage == 0 else 2) if index == 0 else 1))
            channels = outputs
        yield nn.Sequential(*blocks)


class IResNet(nn.Module):
    def __init__(self, width=2, depths=(2, 2, 2, 2)):
        super().__init__()
        self.conv1, self.bn1, self.prelu = conv(3, width), nn.BatchNorm2d(width), nn.PReLU(width)
        self.layer1, self.layer2, self.layer3, self.layer4 = stages(IrBlock, width, depths, 2)
        self.bn2, self.dropout = nn.BatchNorm2d(8 * width), nn.Dropout(0)
        self.fc, self.features = nn.Linear(8 * width * 4, EMBEDDING), nn.BatchNorm1d(EMBEDDING)

    def forward(self, x):
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.prelu(self.bn1(self.conv1(x)))))))
        return self.features(self.fc(self.dropout(torch.flatten(self.bn2(x), 1))))


class AdaBlock(nn.Module):
    """AdaFace's BasicBlockIR."""

    def __init__(self, i, o, s):
        super().__init__()
        self.shortcut_layer = nn.MaxPool2d(1, s) if i == o else nn.Sequential(conv(i, o, 1, s), nn.BatchNorm2d(o))
        first = [nn.BatchNorm2d(i), conv(i, o), nn.BatchNorm2d(o)]
        self.res_layer = nn.Sequential(*first, nn.PReLU(o), conv(o, o, s=s), nn.BatchNorm2d(o))

    def forward(self, x):
        return self.res_layer(x) + self.shortcut_layer(x)


class AdaFace(nn.Module):
    def __init__(self, width=2, depths=(2, 2, 2, 2)):
        super().__init__()
        self.input_layer = nn.Sequential(conv(3, width), nn.BatchNorm2d(width), nn.PReLU(width))
        self.body = nn.Sequential(*[block for stage in stages(AdaBlock, width, depths, 2) for block in stage])
        flat = [nn.BatchNorm2d(8 * width), nn.Dropout(0.4), nn.Flatten()]
        last = [nn.Linear(8 * width * 4, EMBEDDING), nn.BatchNorm1d(EMBEDDING, affine=False)]
        self.output_layer = nn.Sequential(*flat, *last)

    def forward(self, x):
        """Takes red, green and blue here, and gives itself what it takes."""
        return self.output_layer(self.body(self.input_layer(torch.flip(x, [1]))))


class BasicBlock(nn.Module):
    def __init__(self, i, o, s):
        super().__init__()
        self.conv1, self.bn1, self.conv2, self.bn2 = conv(i, o, s=s), nn.BatchNorm2d(o), conv(o, o), nn.BatchNorm2d(o)
        self.relu = nn.ReLU()
        self.downsample = nn.Sequential(conv(i, o, 1, s), nn.BatchNorm2d(o)) if s != 1 or i != o else None

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    def __init__(self, width=2, depths=(2, 2, 2, 2)):
        super().__init__()
        self.conv1, self.bn1, self.relu = conv(3, width, 7, 2), nn.BatchNorm2d(width), nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1, self.layer2, self.layer3, self.layer4 = stages(BasicBlock, width, depths, 1)
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(8 * width, EMBEDDING)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


class Block(nn.Module):
    def __init__(self, i, o, k=1, s=1, g=1, p=None, prelu=True):
        super().__init__()
        layers = [conv(i, o, k, s, g, p), nn.BatchNorm2d(o)]
        self.layers = nn.Sequential(*layers, *([nn.PReLU(o)] if prelu else []))

    def forward(self, x):
        return self.layers(x)


class DepthWise(nn.Module):
    def __init__(self, i, o, s, g, residual=False):
        super().__init__()
        self.layers = nn.Sequential(Block(i, g), Block(g, g, 3, s, g), Block(g, o, prelu=False))
        self.residual = residual

    def forward(self, x):
        return x + self.layers(x) if self.residual else self.layers(x)


class Repeated(nn.Module):
    def __init__(self, c, times, g):
        super().__init__()
        self.layers = nn.Sequential(*[DepthWise(c, c, 1, g, True) for _ in range(times)])

    def forward(self, x):
        return self.layers(x)


class Features(nn.Module):
    def __init__(self, size):
        super().__init__()
        mean = Block(512, 512, size, g=512, p=0, prelu=False)
        self.layers = nn.Sequential(
            mean, nn.Flatten(), nn.Linear(512, EMBEDDING, bias=False), nn.BatchNorm1d(EMBEDDING)
        )

    def forward(self, x):
        return self.layers(x)


class MobileFaceNet(nn.Module):
    def __init__(self, scale=1):
        super().__init__()
        a, b = 64 * scale, 128 * scale
        self.layers = nn.ModuleList([Block(3, a, 3, 2), Block(a, a, 3, g=64), DepthWise(a, a, 2, 128)])
        self.layers.extend([Repeated(a, 4, 128), DepthWise(a, b, 2, 256), Repeated(b, 6, 256)])
        self.layers.extend([DepthWise(b, b, 2, 512), Repeated(b, 2, 256)])
        self.conv_sep, self.features = Block(b, 512), Features(2)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.features(self.conv_sep(x))


NETWORKS = {"iresnet18": IResNet, "adaface18": AdaFace, "resnet18": ResNet, "mobilefacenet": MobileFaceNet}


def noise(k, shape):
    i = np.arange(int(np.prod(shape)), dtype=np.float64)
    value = 43758.5453 * np.sin(12.9898 * i + 78.233 * k)
    return torch.from_numpy((2 * (value - np.floor(value)) - 1).reshape(shape).astype(np.float32))


def filled(network):
    """Every tensor from a formula; those that training fixes stay."""
    for k, (name, value) in enumerate(network.state_dict().items()):
        if name.endswith("num_batches_tracked") or name == "features.weight" and value.dim() == 1:
            continue
        draw = noise(k, value.shape)
        scale = (6 / value[0].numel()) ** 0.5 if value.dim() > 1 else 0.1
        one = value.dim() == 1 and not name.endswith(("bias", "running_mean"))
        value.copy_(scale * draw + (1 if one else 0))
    return network.eval()


@torch.no_grad()
def embedded(network):
    return network(noise(0, (1, 3, 32, 32)))[0].tolist()


def checkpoints(weights):
    """Checkpoints as training programs write them, around the same weights."""
    moments = {"state": {0: {"step": torch.tensor(3.0), "exp_avg": torch.zeros(1)}}, "param_groups": [{"lr": 0.1}]}
    return {
        "tutorial": {"epoch": 3, "model_state_dict": weights, "optimizer_state_dict": moments, "loss": torch.tensor(0.5)},
        "criterion": {"criterion": {"weight": torch.ones(4)}, "net": weights},
        "nested": {"model": {"backbone": weights, "head": {"kernel": torch.ones(5)}}},
        "average": {"ema": {**weights, "updates": torch.tensor(7)}, "state_dict": weights},
    }


def write():
    facts = {}
    for name, make in NETWORKS.items():
        network = filled(make())
        state = network.state_dict()
        facts[name] = {"embedding": embedded(network), "shapes": {key: list(v.shape) for key, v in state.items()}}
        if name != "mobilefacenet":
            torch.save(state, FOLDER / f"{name}.pth")
    lightning = {f"model.{key}": value for key, value in filled(AdaFace()).state_dict().items()}
    checkpoint = {"epoch": 3, "lr": 0.1, "state_dict": {**lightning, "head.kernel": torch.zeros(8, 4).half()}}
    torch.save(checkpoint, FOLDER / "checkpoint.pth")
    torch.save(filled(ResNet()).half().state_dict(), FOLDER / "half.pth")
    torch.save({"a.weight": torch.zeros(2, 3).t()}, FOLDER / "legacy.pth", _use_new_zipfile_serialization=False)
    torch.save({"a.weight": torch.arange(6.0).reshape(2, 3).t()[1:]}, FOLDER / "view.pth")
    weights = {"a.weight": torch.ones(1), "b.weight": torch.ones(2), "c.weight": torch.ones(3)}
    for name, checkpoint in checkpoints(weights).items():
        torch.save(checkpoint, FOLDER / f"checkpoint-{name}.pth")
    with open(FOLDER / "state-dicts.json", "w") as file:
        json.dump(facts, file)


def check(name, path):
    network = NETWORKS[name]()
    network.load_state_dict(torch.load(path, weights_only=True))
    print(json.dumps(embedded(network.eval())))


if len(sys.argv) > 2:
    check(*sys.argv[1:])
else:
    write()

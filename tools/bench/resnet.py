"""ResNets in torchvision's layout, with a dense layer of 512 as embedding, and insightface's IResNets."""

import sys
from pathlib import Path

from torch import nn
from torch.nn.functional import relu

DEPTHS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 14, 3), 100: (3, 13, 30, 3)}


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = shortcut(inputs, outputs, stride)

    def forward(self, x):
        y = self.norm2(self.conv2(relu(self.norm1(self.conv1(x)))))
        return relu(y + (x if self.shortcut is None else self.shortcut(x)))


class IrBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.residual = nn.Sequential(
            nn.BatchNorm2d(inputs),
            nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.PReLU(outputs),
            nn.Conv2d(outputs, outputs, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut = shortcut(inputs, outputs, stride)

    def forward(self, x):
        return self.residual(x) + (x if self.shortcut is None else self.shortcut(x))


def shortcut(inputs, outputs, stride):
    if stride == 1 and inputs == outputs:
        return None
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))


def stages(block, depths, first_stride):
    inputs = 64
    for stage, (depth, outputs) in enumerate(zip(depths, [64, 128, 256, 512])):
        for index in range(depth):
            stride = 1 if index > 0 else first_stride if stage == 0 else 2
            yield block(inputs, outputs, stride)
            inputs = outputs


def resnet(depth):
    return nn.Sequential(
        nn.Conv2d(3, 64, 7, 2, 3, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(3, 2, 1),
        *stages(Block, DEPTHS[depth], 1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(512, 512),
    )


def iresnet(depth):
    """For images of 112×112."""
    return nn.Sequential(
        nn.Conv2d(3, 64, 3, 1, 1, bias=False),
        nn.BatchNorm2d(64),
        nn.PReLU(64),
        *stages(IrBlock, DEPTHS[depth], 2),
        nn.BatchNorm2d(512),
        nn.Flatten(),
        nn.Linear(512 * 7 * 7, 512),
        nn.BatchNorm1d(512),
    )


def network(name):
    if name == "mobilefacenet":
        sys.path.append(str(Path(__file__).parents[1] / "golden"))
        from mobile_networks import mobile_face_net

        return mobile_face_net()
    family = iresnet if name.startswith("iresnet") else resnet
    return family(int(name.lstrip("iresnt")))

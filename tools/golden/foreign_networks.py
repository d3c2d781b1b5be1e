"""Small networks as PyTorch exports them to ONNX, with the operators of published face networks.

    python3 tools/golden/foreign_networks.py

iresnet.onnx: improved residual blocks with their normalizations, PReLU, dropout, a dense layer (insightface's IResNet).
inception.onnx: branches, pooling, scaled residuals (FaceNet's Inception-ResNet). depthwise.onnx: MobileFaceNet and SFace.
"""

from pathlib import Path

import torch
from torch import nn

FOLDER = Path(__file__).parents[2] / "packages/resnet/golden"


class IrBlock(nn.Module):
    def __init__(self, i, o, s):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(i)
        self.conv1 = nn.Conv2d(i, o, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(o)
        self.prelu = nn.PReLU(o)
        self.conv2 = nn.Conv2d(o, o, 3, s, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(o)
        self.downsample = nn.Sequential(nn.Conv2d(i, o, 1, s, bias=False), nn.BatchNorm2d(o)) if s > 1 else None

    def forward(self, x):
        y = self.bn3(self.conv2(self.prelu(self.bn2(self.conv1(self.bn1(x))))))
        return y + (x if self.downsample is None else self.downsample(x))


class IResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.prelu = nn.PReLU(8)
        self.layer1 = nn.Sequential(IrBlock(8, 12, 2), IrBlock(12, 12, 1))
        self.bn2 = nn.BatchNorm2d(12)
        self.dropout = nn.Dropout(0.4)
        self.fc = nn.Linear(12 * 8 * 8, 16)
        self.features = nn.BatchNorm1d(16)

    def forward(self, x):
        x = self.prelu(self.bn1(self.conv1(x)))
        x = torch.flatten(self.dropout(self.bn2(self.layer1(x))), 1)
        return self.features(self.fc(x))


class Inception(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.BatchNorm2d(8, eps=1e-3), nn.ReLU())
        self.left = nn.Conv2d(8, 4, (1, 7), padding=(0, 3))
        self.right = nn.Conv2d(8, 4, (7, 1), padding=(3, 0), dilation=1)
        self.up = nn.Conv2d(8, 8, 1)
        self.pool = nn.MaxPool2d(3, 2)
        self.average = nn.AvgPool2d(2)
        self.last = nn.Linear(8, 16, bias=False)

    def forward(self, x):
        x = self.stem((x - 0.5) / 0.5)
        x = torch.relu(x + 0.17 * self.up(torch.cat((self.left(x), self.right(x)), 1)))
        x = self.average(self.pool(x))
        return self.last(x.mean((2, 3)))


class Depthwise(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU6(), nn.Conv2d(8, 8, 3, 1, 2, groups=8, dilation=2), nn.LeakyReLU(0.1),
            nn.Conv2d(8, 12, 3, 2, 1, groups=2), nn.PReLU(12), nn.Conv2d(12, 12, 4, groups=12), nn.Conv2d(12, 16, 1),
        )

    def forward(self, x):
        return self.body(x).view(x.shape[0], -1)


torch.manual_seed(7)
for name, network in {"iresnet": IResNet(), "inception": Inception(), "depthwise": Depthwise()}.items():
    network.eval()
    for module in network.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.2)
            nn.init.normal_(module.running_mean, 0, 0.2)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    for folded in (True, False) if name == "iresnet" else (True,):
        torch.onnx.export(
            network,
            (torch.zeros(1, 3, 16, 16),),
            str(FOLDER / (f"{name}.onnx" if folded else f"{name}-norms.onnx")),
            dynamo=False,
            opset_version=13,
            do_constant_folding=folded,
            training=torch.onnx.TrainingMode.EVAL if folded else torch.onnx.TrainingMode.PRESERVE,
            input_names=["input"],
            output_names=["embedding"],
            dynamic_axes={"input": {0: "batch"}, "embedding": {0: "batch"}},
        )

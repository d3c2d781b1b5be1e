import sys

import torch
from resnet import network as network_of
from serve import serve
from torch import nn
from torch.nn.functional import cross_entropy

name = sys.argv[1] if len(sys.argv) > 1 else "resnet18"
batch, size, classes = map(int, sys.argv[2:5] or (64, 112, 1000))
# eager, channels-last, bf16 or bf16-channels-last
mode = sys.argv[5] if len(sys.argv) > 5 else "eager"

torch.set_num_threads(2)
torch.manual_seed(1)
network = nn.Sequential(network_of(name), nn.Linear(512, classes))
optimiser = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
images = torch.randn(batch, 3, size, size)
if mode.endswith("channels-last"):
    network = network.to(memory_format=torch.channels_last)
    images = images.to(memory_format=torch.channels_last)
labels = torch.randint(0, classes, (batch,))


def step():
    optimiser.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=mode.startswith("bf16")):
        loss = cross_entropy(network(images), labels)
    loss.backward()
    optimiser.step()
    loss.item()


serve(step)

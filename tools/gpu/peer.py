"""`peer.py step|embed fp32|tf32|bf16 BATCH SIZE`: the same work in PyTorch, on the graphics processor if it sees one."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "bench"))

import torch
from resnet import network as network_of
from serve import serve
from torch import nn
from torch.nn.functional import cross_entropy

what, precision, batch, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
device = "cuda" if torch.cuda.is_available() else "cpu"
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision != "fp32"
torch.backends.cudnn.benchmark = True
torch.manual_seed(1)
half = torch.autocast(device, dtype=torch.bfloat16, enabled=precision == "bf16")
form = torch.channels_last if precision == "bf16" else torch.contiguous_format
# From host memory in every step, as ours.
images = torch.randn(batch, 3, size, size).pin_memory() if device == "cuda" else torch.randn(batch, 3, size, size)


def sent():
    return images.to(device, memory_format=form)


def train():
    network = nn.Sequential(network_of("resnet18"), nn.Linear(512, 1000)).to(device, memory_format=form)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    labels = torch.randint(0, 1000, (batch,))

    def step():
        optimizer.zero_grad()
        with half:
            loss = cross_entropy(network(sent()), labels.to(device))
        loss.backward()
        optimizer.step()
        loss.item()

    return step


def embed():
    network = network_of("resnet18").to(device, memory_format=form).eval()

    def step():
        with torch.inference_mode(), half:
            network(sent()).float().cpu()

    return step


serve(train() if what == "step" else embed())

import sys

import torch
from resnet import network as network_of
from serve import serve

torch.set_num_threads(2)
torch.manual_seed(1)
network = network_of(sys.argv[1] if len(sys.argv) > 1 else "resnet18").eval()
images = torch.randn(64, 3, 112, 112)


def step():
    with torch.no_grad():
        network(images)


serve(step)

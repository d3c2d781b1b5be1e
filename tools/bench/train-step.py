import torch
from resnet18 import resnet18
from serve import serve
from torch import nn
from torch.nn.functional import cross_entropy

torch.set_num_threads(2)
torch.manual_seed(1)
network = nn.Sequential(resnet18(), nn.Linear(512, 1000))
optimiser = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
images = torch.randn(64, 3, 112, 112)
labels = torch.randint(0, 1000, (64,))


def step():
    optimiser.zero_grad()
    loss = cross_entropy(network(images), labels)
    loss.backward()
    optimiser.step()
    loss.item()


serve(step)

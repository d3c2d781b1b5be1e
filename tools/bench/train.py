"""Training from files: PyTorch's DataLoader with one worker, mirrored images, cross-entropy, SGD with momentum."""

import os
import sys

import torch
from faces import Batches, Faces
from resnet import network as network_of
from serve import serve
from torch import nn
from torch.nn.functional import cross_entropy
from torchvision import transforms

augment = transforms.Compose(
    [transforms.RandomHorizontalFlip(0.5), transforms.ToTensor(), transforms.Normalize([0.5] * 3, [0.5] * 3)]
)
torch.set_num_threads(2)
torch.manual_seed(1)
faces = Faces(sys.argv[1], augment)
batches = Batches(faces, 1)
network = nn.Sequential(network_of("resnet18"), nn.Linear(512, faces.classes))
optimiser = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)


def step():
    images, labels = batches.next()
    optimiser.zero_grad()
    loss = cross_entropy(network(images), labels)
    loss.backward()
    optimiser.step()
    loss.item()


serve(step, batches.peak_of_workers)
os._exit(0)

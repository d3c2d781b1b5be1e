"""PyTorch's DataLoader over the same files with torchvision's form of the same augmentation."""

import os
import sys

import torch
from faces import Batches, Faces
from serve import serve
from torchvision import transforms

augment = transforms.Compose(
    [
        transforms.RandomHorizontalFlip(0.5),
        transforms.RandomCrop(112, padding=4),
        transforms.RandomApply([transforms.ColorJitter(0.2, 0.2, 0.2)], 0.5),
        transforms.RandomGrayscale(0.05),
        transforms.ToTensor(),
        transforms.Normalize([0.5] * 3, [0.5] * 3),
        transforms.RandomErasing(0.1),
    ]
)
batches = Batches(Faces(sys.argv[1], augment), min(2, os.cpu_count()))
torch.set_num_threads(1)


def step():
    images, _ = batches.next()
    assert images.shape[0] == 64


serve(step, batches.peak_of_workers)
os._exit(0)

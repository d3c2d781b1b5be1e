"""PyTorch's DataLoader over the same files with torchvision's form of the same augmentation."""

import os
import sys

import torch
from PIL import Image
from serve import serve
from torch.utils.data import DataLoader, Dataset
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
fit = transforms.Compose([transforms.Resize(112), transforms.CenterCrop(112)])


class Faces(Dataset):
    def __init__(self, root):
        names = sorted(name for name in os.listdir(root) if os.path.isdir(os.path.join(root, name)))
        self.files = [
            (os.path.join(root, name, file), label)
            for label, name in enumerate(names)
            for file in sorted(os.listdir(os.path.join(root, name)))
        ]

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        path, label = self.files[index]
        with open(path, "rb") as file:
            image = Image.open(file).convert("RGB")
        return augment(image if image.size == (112, 112) else fit(image)), label


loader = DataLoader(
    Faces(sys.argv[1]), 64, shuffle=True, num_workers=min(2, os.cpu_count()), drop_last=True, persistent_workers=True
)
torch.set_num_threads(1)


def endless():
    while True:
        yield from loader


batches = endless()


def step():
    images, _ = next(batches)
    assert images.shape[0] == 64


def peak_of_workers():
    """Each is a process of its own; Linux only."""
    total = 0
    for worker in loader._iterator._workers:
        with open(f"/proc/{worker.pid}/status") as status:
            total += 1024 * int(next(line for line in status if line.startswith("VmHWM")).split()[1])
    return total


serve(step, peak_of_workers)
os._exit(0)

"""A folder of images, one folder for each person, as torchvision's users read it."""

import os

from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

fit = transforms.Compose([transforms.Resize(112), transforms.CenterCrop(112)])


class Faces(Dataset):
    def __init__(self, root, augment):
        names = sorted(name for name in os.listdir(root) if os.path.isdir(os.path.join(root, name)))
        self.classes = len(names)
        self.augment = augment
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
        return self.augment(image if image.size == (112, 112) else fit(image)), label


class Batches:
    """Batches of 64 without end."""

    def __init__(self, faces, workers):
        self.loader = DataLoader(
            faces, 64, shuffle=True, num_workers=workers, drop_last=True, persistent_workers=True
        )
        self.batches = self.endless()

    def endless(self):
        while True:
            yield from self.loader

    def next(self):
        return next(self.batches)

    def peak_of_workers(self):
        """Each is a process of its own; Linux only."""
        total = 0
        for worker in self.loader._iterator._workers:
            with open(f"/proc/{worker.pid}/status") as status:
                total += 1024 * int(next(line for line in status if line.startswith("VmHWM")).split()[1])
        return total

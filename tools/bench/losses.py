import math
import sys

import torch
import torch.nn.functional as F
from serve import serve

name, classes = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(2)
torch.manual_seed(1)
weight = (0.01 * torch.randn(classes, 512)).requires_grad_()
bias = torch.zeros(classes, requires_grad=True)
embeddings = torch.randn(64, 512).requires_grad_()
labels = torch.randint(0, classes, (64,))
rows = torch.arange(64)


def softmax():
    return F.linear(embeddings, weight, bias)


def arcface():
    """As the authors' code: the margin changes the target's logit in place, without a gradient of its own."""
    logits = F.linear(F.normalize(embeddings), F.normalize(weight)).clamp(-1, 1)
    with torch.no_grad():
        logits[rows, labels] = torch.cos(torch.acos(logits[rows, labels]) + 0.5)
    return logits * 64


def asoftmax(m=4, iteration=1001):
    lam = max(5, 1000 / (1 + 0.12 * iteration))
    length = embeddings.norm(dim=1)
    logits = F.linear(embeddings, F.normalize(weight))
    cosine = (logits[rows, labels] / length).clamp(-1, 1)
    with torch.no_grad():
        k = torch.floor(m * torch.acos(cosine) / math.pi)
    psi = (-1) ** k * (8 * cosine**4 - 8 * cosine**2 + 1) - 2 * k
    change = (length * (psi - cosine)) / (1 + lam)
    return logits.index_put((rows, labels), change, accumulate=True)


def hard_mining(losses):
    return 1.5 * losses * torch.sigmoid(35 * (1.1 * losses - 0.75))


logits_of = {"ce": softmax, "arcface": arcface, "a-softmax": asoftmax}[name.replace("hm-", "")]


def step():
    for tensor in (weight, bias, embeddings):
        tensor.grad = None
    losses = F.cross_entropy(logits_of(), labels, reduction="none")
    loss = (hard_mining(losses) if name.startswith("hm-") else losses).mean()
    loss.backward()
    loss.item()


serve(step)

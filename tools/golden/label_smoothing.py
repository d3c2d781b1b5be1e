"""Golden values of label smoothing, by PyTorch.

Run from the repository root:
    python3 tools/golden/label_smoothing.py        (needs PyTorch; writes packages/losses/golden/label-smoothing.json)
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(20261128)


def case(share):
    logits = (2 * torch.randn(5, 4)).float().double().requires_grad_()
    labels = torch.tensor([0, 3, 1, 1, 2])
    losses = F.cross_entropy(logits, labels, label_smoothing=share, reduction="none")
    (gradient,) = torch.autograd.grad(losses.sum(), logits)
    values = {"logits": logits, "labels": labels, "losses": losses, "gradient": gradient}
    return {"share": share, **{name: value.tolist() for name, value in values.items()}}


path = pathlib.Path("packages/losses/golden/label-smoothing.json")
path.write_text(json.dumps([case(share) for share in (0.1, 0.3)], indent=1) + "\n")

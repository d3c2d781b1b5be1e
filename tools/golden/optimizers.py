"""Golden values of optimizers, weight-decay groups, clipping, averaging and learning rates, by PyTorch.

Run from the repository root:
    python3 tools/golden/optimizers.py        (needs PyTorch; writes packages/train/golden/optimizers.json)
"""

import json
import pathlib

import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(20261125)

STEPS = 6
SHAPES = {
    "backbone.conv.kernel": [2, 3],
    "backbone.norm.gamma": [3],
    "backbone.dense.bias": [2],
    "head.weight": [3, 2],
}
START = {name: torch.randn(shape).float().double() for name, shape in SHAPES.items()}
GRADIENTS = [
    {name: torch.randn(shape).float().double() * 0.3 for name, shape in SHAPES.items()} for _ in range(STEPS)
]
RATES = [0.1, 0.1, 0.05, 0.05, 0.01, 0.2]


def run(make, decays, clip_norm=None, average_decay=None):
    params = {name: torch.nn.Parameter(value.clone()) for name, value in START.items()}
    optimizer = make([{"params": [param], "weight_decay": decays[name]} for name, param in params.items()])
    averages = {name: value.clone() for name, value in START.items()}
    norms = []
    for step, (gradients, rate) in enumerate(zip(GRADIENTS, RATES)):
        for name, param in params.items():
            param.grad = gradients[name].clone()
        if clip_norm is not None:
            norms.append(torch.nn.utils.clip_grad_norm_(params.values(), clip_norm).item())
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        if average_decay is not None:
            decay = min(average_decay, (1 + step) / (10 + step))
            for name, param in params.items():
                averages[name] = decay * averages[name] + (1 - decay) * param.detach()
    return {
        "params": listed(params),
        **({"averages": listed(averages)} if average_decay is not None else {}),
        **({"norms": norms} if clip_norm is not None else {}),
    }


def listed(values):
    return {name: value.detach().flatten().tolist() for name, value in values.items()}


EVERYWHERE = {name: 0.05 for name in SHAPES}
GROUPS = {
    "backbone.conv.kernel": 0.05,
    "backbone.norm.gamma": 0.0,
    "backbone.dense.bias": 0.01,
    "head.weight": 0.2,
}
GROUPS_RECIPE = {"weights": 0.05, "norms": 0, "biases": 0.01, "head": 0.2}
SGD = {"kind": "sgd", "momentum": 0.9}
NESTEROV = {"kind": "sgd", "momentum": 0.8, "nesterov": True}
ADAMW = {"kind": "adamw"}
ADAMW_OTHER = {"kind": "adamw", "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-4}


def sgd(momentum, nesterov=False):
    return lambda groups: torch.optim.SGD(groups, lr=1.0, momentum=momentum, nesterov=nesterov)


def adamw(betas=(0.9, 0.999), eps=1e-8):
    return lambda groups: torch.optim.AdamW(groups, lr=1.0, betas=betas, eps=eps)


CASES = [
    ({"optimizer": SGD, "weightDecay": 0.05}, run(sgd(0.9), EVERYWHERE)),
    ({"optimizer": SGD, "weightDecay": GROUPS_RECIPE}, run(sgd(0.9), GROUPS)),
    ({"optimizer": NESTEROV, "weightDecay": 0.05}, run(sgd(0.8, True), EVERYWHERE)),
    ({"optimizer": ADAMW, "weightDecay": 0.05}, run(adamw(), EVERYWHERE)),
    ({"optimizer": ADAMW_OTHER, "weightDecay": GROUPS_RECIPE}, run(adamw((0.8, 0.95), 1e-4), GROUPS)),
    (
        {"optimizer": SGD, "weightDecay": 0.05, "clipNorm": 0.7},
        run(sgd(0.9), EVERYWHERE, clip_norm=0.7),
    ),
    (
        {"optimizer": ADAMW, "weightDecay": 0, "averageDecay": 0.25},
        run(adamw(), {name: 0.0 for name in SHAPES}, average_decay=0.25),
    ),
]


def rates(scheduler, steps):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.2)
    schedule = scheduler(optimizer)
    values = []
    for _ in range(steps):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return values


LR = torch.optim.lr_scheduler
SCHEDULES = [
    (
        {"kind": "one-cycle"},
        rates(lambda o: LR.OneCycleLR(o, max_lr=0.2, total_steps=40, cycle_momentum=False), 40),
    ),
    (
        {"kind": "one-cycle", "rise": 0.25, "startFactor": 0.1, "endFactor": 0.001},
        rates(
            lambda o: LR.OneCycleLR(
                o, 0.2, total_steps=40, pct_start=0.25, div_factor=10, final_div_factor=100, cycle_momentum=False
            ),
            40,
        ),
    ),
    ({"kind": "cosine"}, rates(lambda o: LR.CosineAnnealingLR(o, T_max=40), 40)),
    (
        {"kind": "step", "milestones": [2, 3], "factor": 0.1},
        rates(lambda o: LR.MultiStepLR(o, milestones=[20, 30], gamma=0.1), 40),
    ),
    ({"kind": "polynomial", "power": 2}, rates(lambda o: LR.LambdaLR(o, lambda t: (1 - t / 40) ** 2), 40)),
]


golden = {
    "shapes": SHAPES,
    "start": listed(START),
    "gradients": [listed(gradients) for gradients in GRADIENTS],
    "rates": RATES,
    "updates": [{"recipe": recipe, **result} for recipe, result in CASES],
    "schedules": [{"schedule": schedule, "rates": values} for schedule, values in SCHEDULES],
}
path = pathlib.Path("packages/train/golden/optimizers.json")
path.write_text(json.dumps(golden, indent=1) + "\n")

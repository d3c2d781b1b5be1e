"""Golden values of the losses and their gradients, in double precision with PyTorch's autograd.

Written from the papers' formulas, not from packages/losses. Run from the repository root:
    python3 tools/golden/losses.py        (needs PyTorch; writes packages/losses/golden/losses.json)
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(20201204)

BATCH, SIZE, CLASSES = 7, 5, 6
# The first two rows have cosine 1 and -1 with their class, exactly representable; the third is at a wide angle.
EMBEDDINGS = torch.randn(BATCH, SIZE).float().double()
EMBEDDINGS[0] = torch.tensor([2.0, 0, 0, 0, 0])
EMBEDDINGS[1] = torch.tensor([-0.5, 0, 0, 0, 0])
WEIGHT = torch.randn(SIZE, CLASSES).float().double()
WEIGHT[:, 0] = torch.tensor([4.0, 0, 0, 0, 0])
EMBEDDINGS[2] = (-1.5 * WEIGHT[:, 2] + 0.1 * EMBEDDINGS[3]).float().double()
BIAS = torch.randn(CLASSES).float().double()
LABELS = torch.tensor([0, 0, 2, 1, 5, 3, 3])
UPSTREAM = torch.linspace(0.25, 1.75, BATCH).float().double()


def chebyshev(c, m):
    return [None, c, 2 * c**2 - 1, 4 * c**3 - 3 * c, 8 * c**4 - 8 * c**2 + 1, 16 * c**5 - 20 * c**3 + 5 * c][m]


def psi(c, m):
    with torch.no_grad():
        k = torch.clamp(torch.floor(m * torch.acos(c) / math.pi), max=m - 1)
    return (-1) ** k * chebyshev(c, m) - 2 * k


def cross_entropy(logits, target=None):
    if target is not None:
        mask = F.one_hot(LABELS, CLASSES).bool()
        logits = torch.where(mask, target[:, None], logits)
    return F.cross_entropy(logits, LABELS, reduction="none")


def own(logits):
    return logits.gather(1, LABELS[:, None])[:, 0]


def softmax(p, bias=True, **_):
    logits = p["embeddings"] @ p["weight"] + (p["bias"] if bias else 0)
    return cross_entropy(logits), logits


def cosines(p):
    return torch.clamp(F.normalize(p["embeddings"], dim=1) @ F.normalize(p["weight"], dim=0), -1, 1)


def cos_face(p, scale=64, margin=0.35, **_):
    c = cosines(p)
    return cross_entropy(scale * c, scale * (own(c) - margin)), scale * c


def arc_face(p, scale=64, marginRadians=0.5, marginGradient="detached", **_):
    cos = cosines(p)
    c = own(cos)
    sine = torch.sqrt(torch.clamp(1 - c**2, min=1e-12))
    shifted = c * math.cos(marginRadians) - sine * math.sin(marginRadians)
    beyond = torch.acos(c.detach()) + marginRadians > math.pi
    shifted = torch.where(beyond, c - marginRadians * math.sin(marginRadians), shifted)
    if marginGradient == "detached":
        shifted = c + (shifted - c).detach()
    return cross_entropy(scale * cos, scale * shifted), scale * cos


def annealed(lam, step):
    if not isinstance(lam, dict):
        return lam
    return max(lam["min"], lam["base"] * (1 + lam["gamma"] * (step + 1)) ** -lam["power"])


AUTHORS_LAMBDA = {"base": 1000, "gamma": 0.12, "power": 1, "min": 5}


def a_softmax(p, m=4, step=0, gradient="exact", **options):
    lam = annealed(options.get("lambda", AUTHORS_LAMBDA), step)
    x, unit = p["embeddings"], F.normalize(p["weight"], dim=0)
    logits, norm = x @ unit, x.norm(dim=1)
    c = torch.clamp(own(logits) / norm, -1, 1)
    if gradient == "exact":
        return cross_entropy(logits, (norm * psi(c, m) + lam * own(logits)) / (1 + lam)), logits
    # As the authors' Caffe layer: d(target)/dx = (coeff_w·w + coeff_x·x)/(1+λ) + λ·w/(1+λ), the pair made unit length;
    # the weight's share uses the same coeff_w.
    with torch.no_grad():
        value = (norm * psi(c, m) + lam * own(logits)) / (1 + lam)
    probe = c.detach().clone().requires_grad_()
    (slope,) = torch.autograd.grad(psi(probe, m).sum(), probe)
    with torch.no_grad():
        coeff_w, coeff_x = slope, (psi(c, m) - c * slope) / norm
        length = torch.sqrt(coeff_w**2 + coeff_x**2)
        coeff_w, coeff_x = coeff_w / length, coeff_x / length
    columns = unit.t()[LABELS]
    surrogate = (
        (x * columns).sum(1) * (coeff_w + lam) / (1 + lam) + (x * x.detach()).sum(1) * coeff_x / (1 + lam)
    )
    return cross_entropy(logits, value + surrogate - surrogate.detach()), logits


def hard_mining(losses, alpha=1.5, beta=1.1, steepness=35, midpoint=0.75, form="equation", over="sample", gate="through"):
    level = losses.mean() if over == "batch" else losses
    opened = torch.sigmoid(steepness * (beta * level - midpoint))
    if gate == "stopped":
        opened = opened.detach()
    return alpha * (beta if form == "algorithm" else 1) * losses * opened


HEADS = {"ce": softmax, "asoftmax": a_softmax, "arcface": arc_face, "cosface": cos_face}


def case(name, step=0, **options):
    has_bias = name in ("ce", "hm-ce") and options.get("bias", True)
    names = ["embeddings", "weight"] + (["bias"] if has_bias else [])
    p = {key: value.clone().requires_grad_() for key, value in INPUTS.items() if key in names}
    losses, logits = HEADS[name.removeprefix("hm-")](p, step=step, **options)
    if name.startswith("hm-"):
        losses = hard_mining(losses, **options.get("hardMining", {}))
    gradients = torch.autograd.grad((losses * UPSTREAM).sum(), list(p.values()))
    return {
        "name": name,
        "options": options,
        "step": step,
        "losses": losses.tolist(),
        "logits": logits.tolist(),
        "gradients": {key: g.tolist() for key, g in zip(p, gradients)},
    }


def bare_hard_mining(**options):
    values = torch.tensor([0.0, 0.3, 0.55, 0.65, 0.6858, 0.75, 1.0, 9.266, 40.0]).float().double().requires_grad_()
    upstream = torch.linspace(0.5, 1.5, len(values)).float().double()
    result = hard_mining(values, **options)
    (gradient,) = torch.autograd.grad((result * upstream).sum(), values)
    return {
        "options": options,
        "inputs": values.tolist(),
        "upstream": upstream.tolist(),
        "outputs": result.tolist(),
        "gradient": gradient.tolist(),
    }


INPUTS = {"embeddings": EMBEDDINGS, "weight": WEIGHT, "bias": BIAS}
golden = {
    "inputs": {key: value.tolist() for key, value in INPUTS.items()},
    "labels": LABELS.tolist(),
    "upstream": UPSTREAM.tolist(),
    "heads": [
        case("ce"),
        case("ce", bias=False),
        case("cosface"),
        case("cosface", scale=8, margin=0.2),
        case("arcface"),
        case("arcface", marginGradient="exact"),
        case("arcface", scale=4, marginRadians=1.2, marginGradient="exact"),
        case("arcface", scale=4, marginRadians=1.2, marginGradient="detached"),
        case("asoftmax"),
        case("asoftmax", step=200),
        case("asoftmax", step=5000),
        *[case("asoftmax", m=m, **{"lambda": 0}) for m in (1, 2, 3, 4, 5)],
        case("asoftmax", **{"lambda": {"base": 20, "gamma": 0.5, "power": 1.5, "min": 0}}, step=3),
        case("asoftmax", **{"lambda": 0}, gradient="sphereface"),
        case("asoftmax", m=3, **{"lambda": 5}, gradient="sphereface"),
        case("hm-ce"),
        case("hm-cosface"),
        case("hm-arcface", scale=4, marginGradient="exact"),
        case("hm-asoftmax", step=100),
        case("hm-ce", hardMining={"over": "batch"}),
    ],
    "hardMining": [
        bare_hard_mining(form=form, over=over, gate=gate)
        for form in ("equation", "algorithm")
        for over in ("sample", "batch")
        for gate in ("through", "stopped")
    ],
}
path = pathlib.Path(__file__).resolve().parents[2] / "packages/losses/golden/losses.json"
path.write_text(json.dumps(golden) + "\n")

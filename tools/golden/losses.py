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
WEIGHT = torch.randn(SIZE, CLASSES).float().double().T.contiguous()
WEIGHT[0] = torch.tensor([4.0, 0, 0, 0, 0])
EMBEDDINGS[2] = (-1.5 * WEIGHT[2] + 0.1 * EMBEDDINGS[3]).float().double()
BIAS = torch.randn(CLASSES).float().double()
MARGINS = torch.tensor([0.31, 0.45, -0.1, 0.6, 1.2, 0.2]).float().double()
ONE_BIAS = torch.tensor([1.7]).float().double()
SUB_CENTERS = torch.randn(SIZE, 3 * CLASSES).float().double().T.contiguous()
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
    logits = p["embeddings"] @ p["weight"].T + (p["bias"] if bias else 0)
    return cross_entropy(logits), logits


def cosines(p):
    return torch.clamp(F.normalize(p["embeddings"], dim=1) @ F.normalize(p["weight"], dim=1).T, -1, 1)


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
    x, unit = p["embeddings"], F.normalize(p["weight"], dim=1)
    logits, norm = x @ unit.T, x.norm(dim=1)
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
    rows = unit[LABELS]
    surrogate = (
        (x * rows).sum(1) * (coeff_w + lam) / (1 + lam) + (x * x.detach()).sum(1) * coeff_x / (1 + lam)
    )
    return cross_entropy(logits, value + surrogate - surrogate.detach()), logits


def hard_mining(losses, alpha=1.5, beta=1.1, steepness=35, midpoint=0.75, form="equation", over="sample", gate="through"):
    level = losses.mean() if over == "batch" else losses
    opened = torch.sigmoid(steepness * (beta * level - midpoint))
    if gate == "stopped":
        opened = opened.detach()
    return alpha * (beta if form == "algorithm" else 1) * losses * opened


def shifted_cosine(c, m, easy=False):
    """ArcFace's cos(θ + m), with the fallback past π or, if easy, none past π/2; its slope at ±1 is cos m."""
    m = torch.as_tensor(m)
    sine = torch.sqrt(torch.clamp(1 - c**2, min=1e-12))
    shifted = c * torch.cos(m) - sine * torch.sin(m)
    if easy:
        return torch.where(c > 0, shifted, c)
    return torch.where(torch.acos(c.detach()) + m > math.pi, c - m * torch.sin(m), shifted)


def am_softmax(p, scale=30, **options):
    return cos_face(p, scale=scale, **options)


def soft_margin(p, margin=1, bias=False, **_):
    logits = p["embeddings"] @ p["weight"].T + (p["bias"] if bias else 0)
    return cross_entropy(logits, own(logits) - margin), logits


ICML_LAMBDA = {"base": 1000, "gamma": 0.000025, "power": 35, "min": 0}


def l_softmax(p, m=4, step=0, **options):
    lam = annealed(options.get("lambda", ICML_LAMBDA), step)
    x, w = p["embeddings"], p["weight"]
    logits = x @ w.T
    n = x.norm(dim=1) * w.norm(dim=1)[LABELS]
    c = torch.clamp(own(logits) / n, -1, 1)
    return cross_entropy(logits, (n * psi(c, m) + lam * own(logits)) / (1 + lam)), logits


def combined(p, scale=64, multiplier=1, marginRadians=0.3, margin=0.2, marginGradient="detached", **_):
    cos = cosines(p)
    c = own(cos)
    edge = c.detach().abs() == 1
    inner = torch.where(edge, torch.zeros_like(c), c)
    value = torch.cos(multiplier * torch.acos(inner) + marginRadians)
    with torch.no_grad():
        angle = multiplier * torch.acos(c) + marginRadians
    at_edge = torch.cos(angle) + multiplier**2 * math.cos(marginRadians) * (c - c.detach())
    last = min(math.pi, (math.pi - marginRadians) / multiplier)
    value = torch.where(edge, at_edge, value)
    value = torch.where(angle > math.pi, c - math.cos(last) - 1, value) - margin
    if marginGradient == "detached":
        value = c + (value - c).detach()
    return cross_entropy(scale * cos, scale * value), scale * cos


def adaptive_face(p, scale=30, **options):
    margins = torch.clamp(p["margin"], 0, 1)
    c = cosines(p)
    losses = cross_entropy(scale * c, scale * (own(c) - margins[LABELS]))
    return losses, scale * c, {"penalty": options.get("lambda", 70) * (1 - margins.mean())}


def curricular_face(p, scale=64, marginRadians=0.5, rate=0.01, statistics=None, **_):
    cos = cosines(p)
    c = own(cos)
    t = (1 - rate) * statistics["t"] + rate * c.detach().mean()
    target = shifted_cosine(c, marginRadians)
    hard = cos.detach() > target.detach()[:, None]
    logits = scale * torch.where(hard, cos * (t + cos), cos)
    return cross_entropy(logits, scale * target), scale * cos, {"statistics": {"t": t}}


def mag_face(
    p,
    scale=64,
    lowerLength=10,
    upperLength=110,
    lowerMarginRadians=0.45,
    upperMarginRadians=0.8,
    easyMargin=True,
    **options,
):
    cos = cosines(p)
    a = torch.clamp(p["embeddings"].norm(dim=1), lowerLength, upperLength)
    growth = (upperMarginRadians - lowerMarginRadians) / (upperLength - lowerLength)
    margins = growth * (a - lowerLength) + lowerMarginRadians
    penalty = options.get("lambda", 35) * (1 / a + a / upperLength**2).mean()
    losses = cross_entropy(scale * cos, scale * shifted_cosine(own(cos), margins, easyMargin))
    return losses, scale * cos, {"penalty": penalty}


def ada_face(p, scale=64, margin=0.4, concentration=0.333, rate=0.01, statistics=None, **_):
    cos = cosines(p)
    c = own(cos)
    length = torch.clamp(p["embeddings"].detach().norm(dim=1), 1e-3, 100)
    mean = rate * length.mean() + (1 - rate) * statistics["mean"]
    deviation = rate * length.std() + (1 - rate) * statistics["deviation"]
    q = torch.clamp(concentration * (length - mean) / (deviation + 1e-3), -1, 1)
    angle = torch.acos(c.detach()) - margin * q
    sine = torch.sqrt(torch.clamp(1 - c**2, min=1e-12))
    value = c * torch.cos(margin * q) + sine * torch.sin(margin * q)
    value = torch.where(angle < 0, torch.ones_like(c), torch.where(angle > math.pi, -torch.ones_like(c), value))
    target = scale * (value - margin - margin * q)
    return cross_entropy(scale * cos, target), scale * cos, {"statistics": {"mean": mean, "deviation": deviation}}


def binary(z, positive, negative):
    terms = torch.log1p(torch.exp(-z.abs())) + torch.clamp(z, min=0)
    mask = F.one_hot(LABELS, CLASSES).bool()
    return positive * (terms - z)[mask] + negative * torch.where(mask, torch.zeros_like(z), terms).sum(1)


def uni_face(p, scale=64, margin=0.4, negativeWeight=1, **_):
    cos = cosines(p)
    z = scale * (cos - margin * F.one_hot(LABELS, CLASSES)) - p["bias"]
    return binary(z, 1, negativeWeight), scale * cos


def sphere_face2(
    p, scale=40, margin=0.4, balance=0.7, exponent=3, lossWeight=50, marginGradient="detached", **_
):
    cos = cosines(p)
    adjusted = 2 * ((cos + 1) / 2) ** exponent - 1 - margin * (2 * F.one_hot(LABELS, CLASSES) - 1)
    if marginGradient == "detached":
        adjusted = cos + (adjusted - cos).detach()
    share = lossWeight / scale
    return binary(scale * adjusted + p["bias"], share * balance, share * (1 - balance)), scale * cos


def sub_center_arc_face(p, scale=64, centers=3, **options):
    all_cosines = cosines(p).reshape(BATCH, CLASSES, centers)
    cos = all_cosines.max(dim=2).values
    target = own(cos) + (shifted_cosine(own(cos), options.get("marginRadians", 0.5)) - own(cos)).detach()
    if options.get("marginGradient") == "exact":
        target = shifted_cosine(own(cos), options.get("marginRadians", 0.5))
    return cross_entropy(scale * cos, scale * target), scale * cos


def mv_softmax(p, scale=32, margin=0.35, weight=1.12, kind="additive", **_):
    cos = cosines(p)
    c = own(cos)
    if kind == "additive":
        shifted = c - margin
        target = torch.where(c > margin, shifted, c)
    else:
        sine = torch.sqrt(torch.clamp(1 - c**2, min=1e-12))
        shifted = c * math.cos(margin) - sine * math.sin(margin)
        target = torch.where(c > 0, shifted, c)
    hard = cos.detach() > shifted.detach()[:, None]
    logits = torch.where(hard, weight * cos + weight - 1, cos)
    return cross_entropy(scale * logits, scale * target), scale * cos


def focal(losses, gamma=2):
    return (1 - torch.exp(-losses)) ** gamma * losses


def ohem(losses, keep=0.7):
    count = max(1, math.floor(len(losses) * keep + 0.5))
    kept = torch.zeros(len(losses))
    kept[torch.argsort(losses.detach(), descending=True, stable=True)[:count]] = len(losses) / count
    return losses * kept


HEADS = {
    "ce": softmax,
    "a-softmax": a_softmax,
    "arcface": arc_face,
    "cosface": cos_face,
    "am-softmax": am_softmax,
    "l-softmax": l_softmax,
    "soft-margin-softmax": soft_margin,
    "combined-margin": combined,
    "adaptiveface": adaptive_face,
    "curricularface": curricular_face,
    "magface": mag_face,
    "adaface": ada_face,
    "sphereface2": sphere_face2,
    "subcenter-arcface": sub_center_arc_face,
    "mv-softmax": mv_softmax,
    "uniface": uni_face,
}
WRAPPERS = {"hm-": (hard_mining, "hard-mining"), "focal-": (focal, "focal"), "ohem-": (ohem, "ohem")}
STATISTICS = {"curricularface": {"t": 0.3}, "adaface": {"mean": 17.0, "deviation": 6.0}}
# MagFace and AdaFace look at lengths: the first is below MagFace's range, the last above it.
# The third is turned away from its wide angle, where float32 holds too few digits of the sine.
LONG = ((EMBEDDINGS + 0.8 * torch.eye(BATCH, dtype=EMBEDDINGS.dtype)[2][:, None] * EMBEDDINGS[4]) * torch.tensor([1.0, 30, 9, 14, 7, 20, 90])[:, None]).float().double()


def parameters(base, options):
    if base == "subcenter-arcface":
        return {"weight": SUB_CENTERS[: CLASSES * options.get("centers", 3)]}
    extra = {"adaptiveface": {"margin": MARGINS}, "uniface": {"bias": ONE_BIAS}, "sphereface2": {"bias": -ONE_BIAS}}
    has_bias = options.get("bias", base == "ce")
    return {"weight": WEIGHT, **({"bias": BIAS} if has_bias else {}), **extra.get(base, {})}


def wrapped(name, losses, options):
    for prefix, (function, key) in WRAPPERS.items():
        if name.startswith(prefix):
            return function(wrapped(name[len(prefix) :], losses, options), **options.get(key, {}))
    return losses


def case(name, step=0, **options):
    base = max((known for known in HEADS if name.endswith(known)), key=len)
    embeddings = LONG if base in ("magface", "adaface") else EMBEDDINGS
    inputs = {"embeddings": embeddings, **parameters(base, options)}
    p = {key: value.clone().requires_grad_() for key, value in inputs.items()}
    before = STATISTICS.get(base)
    losses, logits, *rest = HEADS[base](p, step=step, statistics=before, **options)
    extra = rest[0] if rest else {}
    losses = wrapped(name, losses, options)
    total = (losses * UPSTREAM).sum() + extra.get("penalty", 0)
    gradients = torch.autograd.grad(total, list(p.values()))
    return {
        "name": name,
        "options": options,
        "step": step,
        "inputs": {key: value.tolist() for key, value in inputs.items()},
        "losses": losses.tolist(),
        "logits": logits.tolist(),
        "gradients": {key: g.tolist() for key, g in zip(p, gradients)},
        **({"penalty": extra["penalty"].item()} if "penalty" in extra else {}),
        **({"statisticsBefore": before} if before else {}),
        **({"statistics": {key: float(v) for key, v in extra["statistics"].items()}} if before else {}),
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


golden = {
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
        case("a-softmax"),
        case("a-softmax", step=200),
        case("a-softmax", step=5000),
        *[case("a-softmax", m=m, **{"lambda": 0}) for m in (1, 2, 3, 4, 5)],
        case("a-softmax", **{"lambda": {"base": 20, "gamma": 0.5, "power": 1.5, "min": 0}}, step=3),
        case("a-softmax", **{"lambda": 0}, gradient="sphereface"),
        case("a-softmax", m=3, **{"lambda": 5}, gradient="sphereface"),
        case("hm-ce"),
        case("hm-cosface"),
        case("hm-arcface", scale=4, marginGradient="exact"),
        case("hm-a-softmax", step=100),
        case("hm-ce", **{"hard-mining": {"over": "batch"}}),
        case("am-softmax"),
        case("hm-am-softmax", scale=4),
        case("l-softmax"),
        case("l-softmax", step=100000),
        *[case("l-softmax", m=m, **{"lambda": lam}) for m, lam in ((1, 0), (2, 0), (3, 2), (4, 0.5))],
        case("hm-l-softmax", m=2, **{"lambda": 0}),
        case("soft-margin-softmax"),
        case("soft-margin-softmax", margin=2.5, bias=True),
        case("hm-soft-margin-softmax"),
        case("combined-margin"),
        case("combined-margin", marginGradient="exact"),
        case("combined-margin", scale=6, multiplier=0.9, marginRadians=0.4, margin=0.15, marginGradient="exact"),
        case("combined-margin", scale=6, multiplier=1.7, marginRadians=0.1, margin=0, marginGradient="exact"),
        case("hm-combined-margin", scale=2),
        case("adaptiveface"),
        case("hm-adaptiveface", scale=4, **{"lambda": 3}),
        case("curricularface"),
        case("curricularface", scale=6, rate=0.5),
        case("hm-curricularface", scale=3),
        case("magface"),
        case("magface", scale=6, easyMargin=False),
        case("hm-magface", scale=3, **{"lambda": 5}),
        case("adaface"),
        case("adaface", scale=6, margin=0.8, concentration=1.5, rate=0.3),
        case("hm-adaface", scale=3),
        case("sphereface2"),
        case("sphereface2", scale=8, marginGradient="exact"),
        case("sphereface2", scale=8, exponent=1, margin=0.1, balance=0.5),
        case("hm-sphereface2", lossWeight=2, scale=8),
        case("subcenter-arcface"),
        case("subcenter-arcface", centers=2, scale=8, marginGradient="exact"),
        case("hm-subcenter-arcface", centers=1, scale=4),
        case("mv-softmax"),
        case("mv-softmax", scale=8, kind="angular", margin=0.5),
        case("hm-mv-softmax", scale=4, weight=1.5),
        case("uniface"),
        case("uniface", scale=8, margin=0.2, negativeWeight=0.3),
        case("hm-uniface", scale=4),
        case("focal-ce"),
        case("focal-arcface", scale=8, focal={"gamma": 0.5}),
        case("focal-hm-ce", focal={"gamma": 1}),
        case("ohem-ce"),
        case("ohem-hm-cosface", scale=8, ohem={"keep": 0.4}),
        case("hm-ohem-focal-ce"),
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

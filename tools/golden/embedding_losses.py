"""Golden values of the losses on embeddings and their gradients, in double precision with PyTorch's autograd.

Triplet and circle losses come from the library pytorch-metric-learning, the others are written here from the papers'
formulas, not from packages/losses. Run from the repository root, with PyTorch and that library installed
(`pip install --no-deps pytorch-metric-learning`):
    python3 tools/golden/embedding_losses.py        (writes packages/losses/golden/embedding-losses.json)
"""

import json
import pathlib

import torch
import torch.nn.functional as F
from pytorch_metric_learning import distances, losses, miners, reducers

torch.set_default_dtype(torch.float64)
torch.manual_seed(20171002)

BATCH, SIZE, CLASSES = 14, 6, 5
EMBEDDINGS = torch.randn(BATCH, SIZE).float().double()
LABELS = torch.tensor([0, 1, 2, 0, 1, 1, 3, 2, 0, 4, 4, 0, 1, 4])
# Identities lean to a direction of their own, so that positives and negatives overlap without being alike.
EMBEDDINGS = (EMBEDDINGS + 0.8 * torch.randn(CLASSES, SIZE)[LABELS]).float().double()
UPSTREAM = torch.linspace(0.25, 1.75, BATCH).float().double()
WEIGHT = torch.randn(SIZE, CLASSES).float().double().T.contiguous()
CENTERS = torch.randn(CLASSES, SIZE).float().double()

SAME = LABELS[:, None] == LABELS[None, :]
POSITIVE, NEGATIVE = SAME & ~torch.eye(BATCH, dtype=bool), ~SAME


def distances_of(x):
    return torch.cdist(x, x, compute_mode="donot_use_mm_for_euclid_dist")


def unit_if(normalize, x):
    return F.normalize(x, dim=1) if normalize else x


def triplet(x, margin=0.2, mining="semi-hard"):
    distance = distances.LpDistance(normalize_embeddings=True, p=2, power=2)
    loss = losses.TripletMarginLoss(margin=margin, distance=distance, reducer=reducers.DoNothingReducer())
    miner = {
        "all": None,
        "hard": miners.BatchHardMiner(distance=distance),
        "semi-hard": miners.TripletMarginMiner(margin=margin, type_of_triplets="semihard", distance=distance),
    }[mining]
    result = loss(x, LABELS, miner(x, LABELS) if miner else None)["loss"]
    anchors = result["indices"][0]
    per_anchor = torch.zeros(BATCH).index_add(0, anchors, result["losses"])
    return per_anchor * BATCH / len(anchors)


def circle(x, margin=0.25, gamma=256):
    loss = losses.CircleLoss(m=margin, gamma=gamma, reducer=reducers.DoNothingReducer())
    per_anchor = loss(x, LABELS)["loss"]["losses"].reshape(-1)
    counted = (POSITIVE.any(1) & NEGATIVE.any(1)).sum()
    return per_anchor * BATCH / counted


def contrastive(x, margin=1, normalize=True):
    d = distances_of(unit_if(normalize, x))
    values = torch.where(SAME, d**2, F.relu(margin - d) ** 2) / 2
    return values.sum(1) / (BATCH - 1)


def marginal(x, tau=1.2, xi=0.3):
    d2 = distances_of(F.normalize(x, dim=1)) ** 2
    values = F.relu(xi - torch.where(SAME, 1.0, -1.0) * (tau - d2))
    return (values * ~torch.eye(BATCH, dtype=bool)).sum(1) / (BATCH - 1)


def msml(x, margin=0.3, normalize=True):
    d = distances_of(unit_if(normalize, x))
    return F.relu(d[POSITIVE].max() - d[NEGATIVE].min() + margin).expand(BATCH)


def cross_entropy(x):
    return F.cross_entropy(x @ WEIGHT.T, LABELS, reduction="none")


def updated_centers(x, rate):
    moved = []
    for j in range(CLASSES):
        own = x[LABELS == j]
        moved.append(CENTERS[j] - rate * (CENTERS[j] - own).sum(0) / (1 + len(own)))
    return torch.stack(moved)


def center(x, weight=0.003, rate=0.5, normalize=False):
    compared = unit_if(normalize, x)
    pull = ((compared - CENTERS[LABELS]) ** 2).sum(1) / 2
    return cross_entropy(x) + weight * pull, updated_centers(compared, rate)


def minimum_margin(x, margin=1, weight=1, normalize=True):
    base, centers = center(x, normalize=normalize)
    lack = torch.zeros(BATCH)
    for i in range(CLASSES):
        for j in range(CLASSES):
            if i != j:
                value = F.relu(margin - ((centers[i] - centers[j]) ** 2).sum())
                own = (LABELS == i).double()
                lack = lack + value * own / own.sum()
    return base + weight * lack * BATCH / (CLASSES * (CLASSES - 1)), centers


def adaptive(x, deviations=0):
    plain = cross_entropy(x)
    with torch.no_grad():
        level = 1 - torch.softmax(x @ WEIGHT.T, 1)[range(BATCH), LABELS]
        threshold = level.mean() + deviations * level.std(unbiased=False)
        kept = level >= min(threshold, level.max())
    return torch.where(kept, plain * BATCH / kept.sum(), 0.0), None


EMBEDDING_LOSSES = {
    "triplet": triplet,
    "contrastive": contrastive,
    "msml": msml,
    "marginal": marginal,
    "circle": circle,
}


def case(name, loss, **options):
    x = EMBEDDINGS.clone().requires_grad_()
    result = loss(x, **options)
    values, centers = result if isinstance(result, tuple) else (result, None)
    (gradient,) = torch.autograd.grad((values * UPSTREAM).sum(), x)
    return {
        "name": name,
        "options": options,
        "losses": values.tolist(),
        "gradient": gradient.tolist(),
        **({} if centers is None else {"centers": centers.tolist()}),
    }


def embedding_case(name, **options):
    return case(name, EMBEDDING_LOSSES[name], **options)


golden = {
    "embeddings": EMBEDDINGS.tolist(),
    "labels": LABELS.tolist(),
    "upstream": UPSTREAM.tolist(),
    "weight": WEIGHT.tolist(),
    "centers": CENTERS.tolist(),
    "losses": [
        embedding_case("triplet"),
        embedding_case("triplet", margin=0.6),
        embedding_case("triplet", mining="hard"),
        embedding_case("triplet", mining="all", margin=0.5),
        embedding_case("contrastive"),
        embedding_case("contrastive", margin=5, normalize=False),
        embedding_case("msml"),
        embedding_case("msml", margin=0.6, normalize=False),
        embedding_case("marginal"),
        embedding_case("marginal", tau=0.8, xi=0.1),
        embedding_case("circle"),
        embedding_case("circle", margin=0.4, gamma=80),
    ],
    "heads": [
        case("center", center),
        case("center", center, weight=0.5, rate=0.9, normalize=True),
        case("minimum-margin", minimum_margin),
        case("minimum-margin", minimum_margin, margin=9, weight=0.2, normalize=False),
        case("adaptive-hard-samples", adaptive),
        case("adaptive-hard-samples", adaptive, deviations=0.8),
    ],
}
path = pathlib.Path(__file__).resolve().parents[2] / "packages/losses/golden/embedding-losses.json"
path.write_text(json.dumps(golden) + "\n")

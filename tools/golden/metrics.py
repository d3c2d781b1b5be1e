"""Golden values for packages/eval, from scikit-learn, SciPy and NumPy.

    python tools/golden/metrics.py > packages/eval/golden/metrics.json
"""

import json

import numpy as np
from scipy.interpolate import interp1d
from scipy.optimize import brentq
from sklearn.metrics import roc_auc_score, roc_curve
from sklearn.model_selection import KFold

FOLDS = 10
RATES = [0.1, 0.05, 0.01]


def scores(rng):
    """300 genuine and 300 impostor pairs in ten contiguous folds; rounding makes ties within and across the kinds."""
    same = np.tile(np.repeat([True, False], 30), FOLDS)
    distances = np.where(same, rng.normal(1.1, 0.35, same.size), rng.normal(1.8, 0.3, same.size))
    return np.clip(np.round(distances, 3), 0, 4), same


def insightface_grid(distances, same):
    """`evaluate` of insightface's verification.py: grid of thresholds, first maximum on nine folds."""
    thresholds = np.arange(0, 4, 0.01)
    accuracy, chosen = [], []
    for train, test in KFold(n_splits=FOLDS, shuffle=False).split(distances):
        train_accuracy = [np.mean((distances[train] < t) == same[train]) for t in thresholds]
        best = thresholds[np.argmax(train_accuracy)]
        chosen.append(float(best))
        accuracy.append(float(np.mean((distances[test] < best) == same[test])))
    return {
        "accuracy": float(np.mean(accuracy)),
        "standardDeviation": float(np.std(accuracy)),
        "standardError": float(np.std(accuracy, ddof=1) / np.sqrt(FOLDS)),
        "folds": accuracy,
        "thresholds": chosen,
    }


def tar_at_far(far, tar, rate):
    return float(np.max(tar[far <= rate]))


def main():
    distances, same = scores(np.random.default_rng(7))
    far, tar, _ = roc_curve(same, -distances, drop_intermediate=False)
    curve = interp1d(far, tar)
    print(
        json.dumps(
            {
                "distances": distances.tolist(),
                "auc": float(roc_auc_score(same, -distances)),
                "eer": float(brentq(lambda x: 1 - x - curve(x), 0, 1, xtol=1e-15)),
                "tarAtFar": [{"far": rate, "tar": tar_at_far(far, tar, rate)} for rate in RATES],
                "rocPoints": len(far),
                "grid": insightface_grid(distances, same),
            }
        )
    )


main()

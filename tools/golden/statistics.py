"""Golden values for packages/eval/src/statistics, from scikit-learn and SciPy.

    python tools/golden/statistics.py > packages/eval/golden/statistics.json
"""

import json
import pathlib

import numpy as np
from scipy.stats import beta, binom, binomtest
from sklearn.calibration import _sigmoid_calibration
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import accuracy_score
from sklearn.linear_model import LogisticRegression

FILE = pathlib.Path(__file__).parents[2] / "packages/eval/golden/metrics.json"
COUNTS = [(0, 10), (3, 3000), (10, 10), (299, 300), (137, 1000), (1, 1_000_000), (50_000, 1_000_000)]


def clopper_pearson(hits, trials, level=0.95):
    tail = (1 - level) / 2
    low = 0.0 if hits == 0 else beta.ppf(tail, hits, trials - hits + 1)
    high = 1.0 if hits == trials else beta.ppf(1 - tail, hits + 1, trials - hits)
    return [float(low), float(high)]


def platt(distances, same):
    """Logistic regression on Platt's targets, each sample once as genuine and once as impostor with its weight."""
    genuine = same.sum()
    high, low = (genuine + 1) / (genuine + 2), 1 / (same.size - genuine + 2)
    target = np.where(same, high, low)
    x = np.concatenate([distances, distances])[:, None]
    y = np.repeat([1, 0], same.size)
    fit = LogisticRegression(C=np.inf, tol=1e-14, max_iter=10_000, solver="newton-cholesky")
    fit.fit(x, y, sample_weight=np.concatenate([target, 1 - target]))
    slope, intercept = _sigmoid_calibration(distances, same.astype(float))
    assert np.allclose([-slope, -intercept], [fit.coef_[0, 0], fit.intercept_[0]], rtol=1e-4)
    return {"slope": float(fit.coef_[0, 0]), "intercept": float(fit.intercept_[0])}


def main():
    distances = np.array(json.loads(FILE.read_text())["distances"])
    same = np.arange(distances.size) % 60 < 30
    edges = np.concatenate([np.unique(distances), [np.inf]])
    isotonic = IsotonicRegression(increasing=False, out_of_bounds="clip").fit(distances, same)
    asked = np.linspace(0.2, 2.6, 25)
    print(
        json.dumps(
            {
                "accuracy": float(max(accuracy_score(same, distances < t) for t in edges)),
                "clopperPearson": [[k, n, *clopper_pearson(k, n)] for k, n in COUNTS],
                "binomialCdf": [
                    [k, n, p, float(binom.cdf(k, n, p))]
                    for k, n, p in [(3, 10, 0.5), (40, 100, 0.5), (2, 3000, 0.001), (700, 1000, 0.7)]
                ],
                "mcnemar": [
                    [b, c, float(binomtest(min(b, c), b + c, 0.5).pvalue)] for b, c in [(3, 9), (25, 10), (400, 470)]
                ],
                "platt": platt(distances, same),
                "isotonic": [[float(d), float(p)] for d, p in zip(asked, isotonic.predict(asked))],
            }
        )
    )


main()

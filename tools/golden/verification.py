"""Golden values for packages/eval: what published evaluation programs print, from NumPy and SciPy.

    python tools/golden/verification.py > packages/eval/golden/verification.json
"""

import json

import numpy as np
from scipy.interpolate import interp1d
from scipy.spatial.distance import cdist

FOLDS, PAIRS, SIZE = 10, 60, 8


def uniforms(count, state=12345):
    """A generator that any language can repeat: x -> 1664525 x + 1013904223 modulo 2^32."""
    values = np.empty(count)
    for k in range(count):
        state = (1664525 * state + 1013904223) % 2**32
        values[k] = state / 2**32 - 0.5
    return values


def embeddings():
    """Rows 2i and 2i + 1 make pair i; in each fold the first half of the pairs is genuine."""
    pairs = FOLDS * PAIRS
    same = np.arange(pairs) % PAIRS < PAIRS // 2
    draws = uniforms(pairs * 2 * SIZE).reshape(pairs, 2, SIZE)
    first = draws[:, 0] + 0.2
    second = np.where(same[:, None], first + 0.9 * draws[:, 1], draws[:, 1] + 0.2)
    return first.astype(np.float32).astype(float), second.astype(np.float32).astype(float), same


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def cosines(a, b):
    return np.sum(unit(a) * unit(b), axis=1)


def folds():
    fold = np.arange(FOLDS * PAIRS) // PAIRS
    return [(fold != k, fold == k) for k in range(FOLDS)]


def report(accuracy, thresholds):
    return {
        "accuracy": float(np.mean(accuracy)),
        "standardDeviation": float(np.std(accuracy)),
        "standardError": float(np.std(accuracy, ddof=1) / np.sqrt(FOLDS)),
        "thresholds": [float(t) for t in thresholds],
    }


def on_grid(distances_of, same):
    """insightface and facenet: np.arange(0, 4, 0.01), first maximum, accepted below."""
    grid, accuracy, chosen = np.arange(0, 4, 0.01), [], []
    for train, test in folds():
        distances = distances_of(train)
        scores = [np.mean((distances[train] < t) == same[train]) for t in grid]
        best = grid[np.argmax(scores)]
        chosen.append(best)
        accuracy.append(np.mean((distances[test] < best) == same[test]))
    return report(accuracy, chosen)


def val(distances, same, target=1e-3):
    """kind="slinear" in the original, which SciPy now refuses where two thresholds have one rate: linear is the same line."""
    grid, vals, fars = np.arange(0, 4, 0.001), [], []
    for train, test in folds():
        far_train = np.array([np.mean(distances[train][~same[train]] < t) for t in grid])
        threshold = 0.0
        if far_train.max() >= target:
            threshold = float(interp1d(far_train, grid, kind="linear")(target))
        vals.append(np.mean(distances[test][same[test]] < threshold))
        fars.append(np.mean(distances[test][~same[test]] < threshold))
    return {"val": float(np.mean(vals)), "std": float(np.std(vals)), "far": float(np.mean(fars))}


def sphereface(a, b, same):
    grid, accuracy, chosen = np.arange(-10000, 10001) / 10000, [], []
    for train, test in folds():
        mean = np.mean(np.concatenate([a[train], b[train]]), axis=0)
        scores = cosines(a - mean, b - mean)
        right = [np.sum(scores[train & same] > t) + np.sum(scores[train & ~same] < t) for t in grid]
        best = np.mean(grid[np.array(right) == max(right)])
        chosen.append(1 - best)
        accuracy.append((np.sum(scores[test & same] > best) + np.sum(scores[test & ~same] < best)) / PAIRS)
    return report(accuracy, chosen)


def clcarwin(a, b, same):
    scores, accuracy, chosen = cosines(a, b), [], []
    for train, test in folds():
        best, most = 0.0, 0.0
        for t in np.arange(-1.0, 1.0, 0.005):
            right = np.mean((scores[train] > t) == same[train])
            if right >= most:
                best, most = t, right
        chosen.append(1 - best)
        accuracy.append(np.mean((scores[test] > best) == same[test]))
    return report(accuracy, chosen)


def facex_zoo(a, b, same):
    scores, accuracy, chosen = cosines(a, b), [], []
    for train, test in folds():
        low, high = scores[train].min(), scores[train].max()
        grid = low + (high - low) / 1000 * np.arange(1, 1001)
        gap = [np.mean(scores[train & same] > t) - np.mean(scores[train & ~same] > t) for t in grid]
        best = grid[np.argmax(gap)]
        chosen.append(1 - best)
        accuracy.append((np.sum(scores[test & same] > best) + np.sum(scores[test & ~same] < best)) / PAIRS)
    return report(accuracy, chosen)


def pooled(x, media, quality, keep_norms, weigh):
    """IJB-C in insightface: mean within a medium, sum over media, unit length."""
    x = x if keep_norms else unit(x)
    x = x * quality[:, None] if weigh else x
    total = sum(x[media == m].mean(axis=0) for m in np.unique(media))
    return (total / np.linalg.norm(total)).tolist()


def main():
    a, b, same = embeddings()
    squared = np.sum((unit(a) - unit(b)) ** 2, axis=1)
    angle = np.arccos(np.clip(cosines(a, b), -1, 1)) / np.pi

    def raw_without_mean(train):
        mean = np.mean(np.concatenate([a[train], b[train]]), axis=0)
        return np.sum(((a - mean) - (b - mean)) ** 2, axis=1)

    template, media, quality = a[:7], np.array([3, 3, 5, 3, 7, 5, 9]), np.linspace(0.5, 1, 7)
    frames = cdist(unit(a[:5]), unit(a[5:9])) ** 2
    print(
        json.dumps(
            {
                "squared": squared[:20].tolist(),
                "angle": angle[:20].tolist(),
                "insightface": on_grid(lambda _: squared, same),
                "val": val(squared, same),
                "val10": val(squared, same, 0.1),
                "facenetAngle": on_grid(lambda _: angle, same),
                "facenetSubtractMean": on_grid(raw_without_mean, same),
                "sphereface": sphereface(a, b, same),
                "clcarwin": clcarwin(a, b, same),
                "facexZoo": facex_zoo(a, b, same),
                "pooled": {
                    f"{'N1' if n else 'N0'}D{int(d)}": pooled(template, media, quality, n, d)
                    for n in (False, True)
                    for d in (False, True)
                },
                "frames": {"mean": frames.mean(), "min": frames.min(), "max": frames.max()},
            }
        )
    )


main()

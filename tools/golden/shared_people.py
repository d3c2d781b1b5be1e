"""Golden values for packages/eval/src/statistics/shared-people.test.ts, from the package cimat.

    pip install cimat && python tools/golden/shared_people.py
"""

import json
import pathlib

import numpy as np
from cimat import UncertaintyEstimator

FILE = pathlib.Path(__file__).parents[2] / "packages/eval/golden/shared-people.json"
rng = np.random.default_rng(3)


def pairs_of(people, genuine, impostor):
    """Genuine pairs of drawn people, impostor pairs of drawn people: some share a person, some both."""
    first = rng.integers(people, size=genuine)
    a = rng.integers(people, size=impostor)
    b = (a + 1 + rng.integers(people - 1, size=impostor)) % people
    return np.concatenate([first, a]), np.concatenate([first, b])


def case(name, people, genuine, impostor, threshold):
    first, second = pairs_of(people, genuine, impostor)
    part = 0.5 * rng.normal(size=people)
    scores = part[first] + part[second] + rng.normal(size=first.size) + 2.0 * (first == second)
    table = {int(person): {} for person in range(people)}
    for i, j, score in zip(first.tolist(), second.tolist(), scores.tolist()):
        table[i].setdefault(j, []).append(score)
        if i != j:
            table[j].setdefault(i, []).append(score)
    estimator = UncertaintyEstimator({person: row for person, row in table.items() if row})
    fnmr_variance, fmr_variance = estimator.compute_variance(threshold)
    # cimat counts each impostor pair twice, once from either person.
    fnmr, fmr = estimator.get_binerror_ci(threshold=threshold)
    return {
        "name": name,
        "first": first.tolist(),
        "second": second.tolist(),
        "wrong": ((scores > threshold) != (first == second)).astype(int).tolist(),
        "fnmr": {"variance": float(fnmr_variance), "interval": fnmr},
        "fmr": {"variance": float(fmr_variance), "interval": fmr},
    }


cases = [
    case("people in many pairs", 12, 60, 200, 1.0),
    case("people in few pairs", 150, 200, 200, 1.0),
    case("few errors", 40, 80, 300, 2.2),
]
FILE.write_text(json.dumps(cases) + "\n")

import sys

import faiss
import numpy as np
from serve import serve

faiss.omp_set_num_threads(2)
rng = np.random.default_rng(1)


def unit(rows):
    x = rng.standard_normal((rows, 512), dtype=np.float32)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return x


index = faiss.IndexFlatIP(512)
for start in range(0, int(sys.argv[1]), 50_000):
    index.add(unit(min(50_000, int(sys.argv[1]) - start)))
probes = unit(1000)
serve(lambda: index.search(probes, 10))

"""Embeddings files by NumPy and PyArrow for packages/eval, as base64.

    python tools/golden/embeddings_file.py > packages/eval/golden/embeddings-file.json
"""

import base64
import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

IDS = ["Ada/1.jpg", "Zoë 🙂.png", "c"]
ROWS = np.array([[0.1, -2.5, 3e-8], [1, 2, 3], [-0.0, 65504, 1 / 3]], dtype=np.float32)


def npy(array):
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def parquet():
    file = io.BytesIO()
    pq.write_table(pa.table({"id": IDS, "embedding": pa.array(ROWS.tolist(), pa.list_(pa.float32()))}), file)
    return file.getvalue()


def main():
    records = np.zeros(3, dtype=[("id", "<U9"), ("embedding", "<f4", (3,))])
    records["id"], records["embedding"] = IDS, ROWS
    files = {"records": npy(records), "matrix": npy(ROWS), "parquet": parquet()}
    print(json.dumps({name: base64.b64encode(data).decode() for name, data in files.items()}))


main()

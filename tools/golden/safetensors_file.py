"""Writes packages/tensor/golden/reference.safetensors with the reference implementation (pip install safetensors numpy)."""

import pathlib

import numpy as np
from safetensors.numpy import save_file

tensors = {
    "stem.kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
    "step": np.array(-(2**40), np.int64),
    "mask": np.array([True, False]),
    "half": np.array([1.5], np.float16),
    "counts": np.array([7, -7], np.int32),
    "bytes": np.array([1, 2, 255], np.uint8),
}
path = pathlib.Path(__file__).resolve().parents[2] / "packages/tensor/golden/reference.safetensors"
save_file(tensors, path, {"license": "MIT"})

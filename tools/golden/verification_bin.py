"""Writes packages/datasets/golden/verification/*.bin: verification sets as InsightFace's tools pickle them.

Images are the bytes of the golden RecordIO files' pictures, which show nothing. Run with each of
  Python 2.7, numpy 1.16    Python 3, numpy 1    Python 3, numpy 2
Files are named by Python's and numpy's major versions, the protocol, and whether images are strings or arrays.
"""

import os
import pickle
import struct
import sys

import numpy

golden = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../packages/datasets/golden")


def images():
    """The images of three records of a plain RecordIO file."""
    with open(os.path.join(golden, "plain/train.rec"), "rb") as file:
        records = file.read()
    found, offset = [], 0
    while len(found) < 2:
        length = struct.unpack_from("<I", records, offset + 4)[0]
        found.append(records[offset + 32 : offset + 8 + length])
        offset += 8 + (length + 3) // 4 * 4
    return found


first, second = images()
pairs = [first, second, first, first, second, first]
same = [False, True, numpy.bool_(False)]
python, numpy_version = sys.version_info[0], numpy.__version__.split(".")[0]
folder = os.path.join(golden, "verification")
if not os.path.isdir(folder):
    os.mkdir(folder)
for protocol in [2] if python == 2 else [2, 3, 4, 5]:
    for kind in ["strings", "arrays"]:
        bins = pairs if kind == "strings" else [numpy.frombuffer(image, numpy.uint8).copy() for image in pairs]
        flags = same[:2] + [False] if kind == "strings" else same
        name = "python%d-numpy%s-protocol%d-%s.bin" % (python, numpy_version, protocol, kind)
        with open(os.path.join(folder, name), "wb") as file:
            pickle.dump((bins, flags), file, protocol=protocol)

"""Writes packages/datasets/golden/{plain,insightface}: RecordIO files by MXNet, of images that show nothing.

Run with Python 3.8: pip install "mxnet==1.9.1" "numpy<1.24" pillow; python tools/golden/recordio.py
`insightface` holds what InsightFace's RecBuilder writes: identities' records behind the images, record 0 last.
With `--read FILE.rec`, prints what MXNet reads in a file: key, flag, labels, id, id2, SHA-256 of the image.
"""

import hashlib
import io
import pathlib
import struct
import sys

import mxnet
import numpy
from PIL import Image

golden = pathlib.Path(__file__).parents[2] / "packages/datasets/golden"
magic = struct.pack("<I", 0xCED7230A)


def jpeg(seed: int) -> bytes:
    pixels = numpy.random.RandomState(seed).randint(0, 256, (4, 4, 3), numpy.uint8)
    output = io.BytesIO()
    Image.fromarray(pixels).resize((24, 16), Image.BILINEAR).save(output, "JPEG", quality=90)
    return output.getvalue()


def with_magic(image: bytes, shift: int) -> bytes:
    """The image with a comment that holds the magic three times, twice in a row; aligned in the record for shift 2."""
    comment = b"-" * shift + magic + magic + b"----" + magic
    return image[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + image[2:]


def images():
    for key in range(1, 8):
        image = jpeg(key)
        yield with_magic(image, 2) if key == 3 else with_magic(image, 3) if key == 5 else image


def writer(name: str):
    folder = golden / name
    folder.mkdir(parents=True, exist_ok=True)
    return mxnet.recordio.MXIndexedRecordIO(str(folder / "train.idx"), str(folder / "train.rec"), "w")


def put(output, key: int, label, image: bytes, id2: int = 0) -> None:
    header = mxnet.recordio.IRHeader(0, label, key, id2)
    output.write_idx(key, mxnet.recordio.pack(header, image))


def write() -> None:
    plain, insightface = writer("plain"), writer("insightface")
    for key, image in enumerate(images(), 1):
        put(plain, key - 1, [0, 0, 1, 1, 1, 2, 2][key - 1], image)
        put(insightface, key, [0, 0, 1, 1, 1, 3, 3][key - 1], image)
    for key, spread in zip(range(8, 11), [(1, 3), (3, 6), (6, 8)]):
        put(insightface, key, spread, b"")
    put(insightface, 0, (8, 11), b"", 1)
    plain.close()
    insightface.close()
    (golden / "insightface/property").write_text("4,16,24\n")


def read(path: str) -> None:
    records = mxnet.recordio.MXIndexedRecordIO(path.replace(".rec", ".idx"), path, "r")
    for key in records.keys:
        header, image = mxnet.recordio.unpack(records.read_idx(key))
        labels = numpy.atleast_1d(header.label).tolist()
        print(key, header.flag, labels, header.id, header.id2, hashlib.sha256(image).hexdigest())


if sys.argv[1:2] == ["--read"]:
    read(sys.argv[2])
else:
    write()

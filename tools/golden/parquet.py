"""Writes packages/datasets/golden/parquet/*.parquet: image sets as Hugging Face's datasets library stores them.

Run: pip install pyarrow; python tools/golden/parquet.py
Images are the bytes of the golden RecordIO files' pictures, which show nothing.
"""

import json
import pathlib
import struct

import pyarrow
import pyarrow.parquet

golden = pathlib.Path(__file__).resolve().parents[2] / "packages/datasets/golden"
records, offset, images = (golden / "plain/train.rec").read_bytes(), 0, []
while len(images) < 2:
    length = struct.unpack_from("<I", records, offset + 4)[0]
    images.append(records[offset + 32 : offset + 8 + length])
    offset += 8 + (length + 3) // 4 * 4

rows = [images[place % 2] for place in range(5)]
struct_column = pyarrow.array([{"bytes": row, "path": f"{place}.jpg"} for place, row in enumerate(rows)])
features = {"image": {"_type": "Image"}, "label": {"_type": "ClassLabel", "names": ["Ada", "Emmy", "Grace"]}}
metadata = {"huggingface": json.dumps({"info": {"features": features}})}
numbers = pyarrow.table({"image": struct_column, "label": pyarrow.array([0, 0, 2, 2, 1], pyarrow.int64())})
names = pyarrow.table({"image": pyarrow.array(rows, pyarrow.binary()), "identity": ["x", "y", "x", "z", "y"]})

folder = golden / "parquet"
folder.mkdir(exist_ok=True)
write = pyarrow.parquet.write_table
write(numbers.replace_schema_metadata(metadata), folder / "numbers.parquet", row_group_size=2, compression="snappy")
write(names, folder / "names.parquet", row_group_size=3, compression="zstd", data_page_version="2.0")

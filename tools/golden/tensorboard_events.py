"""Event files as TensorBoard's own writer makes them, byte for byte.

Run from the repository root:
    python3 tools/golden/tensorboard_events.py    (needs tensorboard; writes packages/train/golden/tensorboard.json)
With a folder as argument it reads the event files there with TensorBoard's own reader and prints them as JSON.
"""

import base64
import io
import json
import pathlib
import sys

from tensorboard.backend.event_processing import event_accumulator
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter


def written(event):
    buffer = io.BytesIO()
    RecordWriter(buffer).write(event.SerializeToString())
    return base64.b64encode(buffer.getvalue()).decode()


def scalars(**values):
    return summary_pb2.Summary(
        value=[summary_pb2.Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
    )


HISTOGRAM = summary_pb2.HistogramProto(
    min=0, max=1, num=10, sum=6.25, sum_squares=4.53125, bucket_limit=[0.25, 0.5, 0.75, 1], bucket=[1, 2, 3, 4]
)


def golden():
    events = {
        "version": event_pb2.Event(wall_time=1764000000.25, file_version="brain.Event:2"),
        "restart": event_pb2.Event(
            wall_time=1764000001.5, step=41, session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START)
        ),
        "scalars": event_pb2.Event(wall_time=1764000002.0, step=70000, summary=scalars(loss=12.375, accuracy=0.1)),
        "histogram": event_pb2.Event(
            wall_time=1764000003.0,
            step=3,
            summary=summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag="p", histo=HISTOGRAM)]),
        ),
    }
    path = pathlib.Path("packages/train/golden/tensorboard.json")
    path.write_text(json.dumps({name: written(event) for name, event in events.items()}, indent=1) + "\n")


def read(folder):
    reader = event_accumulator.EventAccumulator(folder)
    reader.Reload()
    tags = reader.Tags()
    print(
        json.dumps(
            {
                "scalars": {tag: [(e.step, e.value) for e in reader.Scalars(tag)] for tag in tags["scalars"]},
                "histograms": {
                    tag: [(e.step, e.histogram_value.num, list(e.histogram_value.bucket)) for e in reader.Histograms(tag)]
                    for tag in tags["histograms"]
                },
            }
        )
    )


read(sys.argv[1]) if len(sys.argv) > 1 else golden()

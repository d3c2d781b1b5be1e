"""Answers each image path on a line of its input with the faces that facenet-pytorch finds, as JSON."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../golden"))

import torch
from facenet_detector import faces_of, load
from PIL import Image

torch.set_num_threads(1)
networks = load(sys.argv[1])
with torch.no_grad():
    for line in sys.stdin:
        print(json.dumps(faces_of(Image.open(line.strip()).convert("RGB"), networks)), flush=True)

#!/bin/sh
# `sh part-1/run.sh [options of measure.mjs]`, with all parts beside one another: unpacks them there and measures.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
if [ ! -x "$here/kit/bin/node" ]; then
  if command -v xz >/dev/null; then
    cat "$here"/part-*/kit.tar.xz.* | xz -dc | tar -x -C "$here"
  else
    cat "$here"/part-*/kit.tar.xz.* | python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.stdin.buffer), sys.stdout.buffer)' | tar -x -C "$here"
  fi
fi
# PyTorch brings the libraries that ONNX Runtime's CUDA provider needs too.
cuda=$(python3 -c 'import glob, site; print(":".join(f for s in site.getsitepackages() for f in glob.glob(s + "/nvidia/*/lib")))' 2>/dev/null || true)
LD_LIBRARY_PATH="${cuda}${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$here/kit/bin/node" "$here/kit/tools/gpu/measure.mjs" "$@"

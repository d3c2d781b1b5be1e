"""The child's side of contestant.mjs, for programs in Python."""

import resource
import sys
import time


def serve(step, other_processes=lambda: 0):
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            step()
        print(time.perf_counter() - start, flush=True)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 + other_processes(), flush=True)

"""Run a command and print its seconds, its peak of memory and its exit code as JSON.

A process of its own, and small: a child's peak of memory starts from that of whoever starts it.
"""

import json
import resource
import subprocess
import sys
import time

began = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, check=False)
seconds = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
said = len(done.stdout)
print(json.dumps({"seconds": seconds, "mb": peak, "code": done.returncode, "said": said}))

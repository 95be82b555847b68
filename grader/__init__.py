"""The grader of the Fashion-MNIST assignment: it asks a student's code questions, observes the answers and judges them.

Packages, each of which uses only those further down this list: `plugin`, `reports`, `suite`, `judging`, `sandbox`,
`course`, `results`.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: on products as small as ours a second thread waits

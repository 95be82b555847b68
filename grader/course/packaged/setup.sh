#!/usr/bin/env bash
# Runs once, when Gradescope builds the image: Python, the grader, and the trainings that right submissions need.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$source")

python=""
for candidate in python3.13 python3.12 python3.11 python3; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update
    apt-get install -y --no-install-recommends python3.12 python3.12-venv ||
        apt-get install -y --no-install-recommends python3.11 python3.11-venv
    python=$(command -v python3.12 || command -v python3.11)
fi
if [ ! -x "$root/venv/bin/python" ]; then
    "$python" -m venv "$root/venv"
fi
"$root/venv/bin/python" -m pip install --no-cache-dir --quiet -e "$source"
cd "$source"
"$root/venv/bin/python" -m grader.classroom.gradescope --prepare "$root"

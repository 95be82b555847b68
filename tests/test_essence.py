"""A module's essence: equal where the code is, and never equal where Python may see a difference."""

import itertools

import pytest

from grader.sandbox.essence import essence
from tests.bank.cases import SOLUTIONS

CODE = 'import numpy as np\n\n\ndef scaled(images):\n    """Scale."""\n    return images / 255  # to 0 to 1\n'

LONG = "of which code can be made\n" * 300

SAME = (
    "import numpy as np\ndef scaled(images):\n    return images / 255\n",
    '"""Preprocessing, by me."""\n# 2026\nimport numpy as np\ndef scaled(images):\n  return images/255',
    CODE.replace("\n", "\r\n"),
    "\ufeff# -*- coding: utf-8 -*-\n" + CODE,
    CODE.replace("images / 255", "images \\\n        / 255"),
)

DIFFERENT = (
    CODE.replace("255", "256"),
    CODE.replace("255", "255.0"),
    CODE.replace("images / 255", "(images / 255)"),
    CODE.replace("    return", "    f'{images.sort()}'\n    return"),
    CODE.replace('"""Scale."""', '"""Scale: \\users."""'),  # a syntax error
    CODE.replace("    return", "\treturn"),  # likewise, in another function
    CODE.replace("# to 0 to 1", "# to 0\rimages = 0"),  # a new line to Python
    CODE + "0",
    CODE + "x = __doc__\n",
    CODE + "x = __doc__  # with another comment\n",
    CODE + "x = open('preprocessing.py').read()\n",
    CODE + "\0",
    CODE + "x = ?\n",
    CODE + "x = (\n",
    CODE + f"{'1' * 2000}\n",
    CODE + f"{'1' * 2000}  # with another comment\n",
    CODE + f"'''{LONG}'''\n",
    CODE + f"'''another {LONG}'''\n",
    "# coding: utf-7\n" + CODE,
    "# coding: latin-1\n" + CODE,
    "# coding: nothing\n" + CODE,
    "# coding: hex\n" + CODE,
)


@pytest.mark.parametrize("source", SAME)
def test_comments_docstrings_and_layout_say_nothing(source):
    assert essence(source.encode()) == essence(CODE.encode()) != CODE.encode()


def test_what_python_may_see_says_something():
    essences = [essence(source.encode()) for source in (CODE, *DIFFERENT)]
    for one, other in itertools.combinations(essences, 2):
        assert one != other


@pytest.mark.parametrize(
    "source", [b"", b"\xff\xfe", b"(" * 10**5, b"-" * 10**5 + b"1", b"'" * 10**5, b"\xf0" * 999, b"'" + b"\\'" * 24_000]
)
def test_hostile_bytes_end(source):
    assert isinstance(essence(source), bytes)


def test_the_reference_s_modules_can_be_recognised():
    for path in SOLUTIONS.glob("*.py"):
        source = path.read_bytes()
        assert essence(b"# Zoe\n\n" + source + b"\n# the end\n") == essence(source) != source, path.name

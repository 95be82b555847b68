"""Copies are listed, and an honest class is not."""

import random
import re
from pathlib import Path

import pytest

from grader.classroom.similarity import SHARED_LEAST, Pair, alike, fingerprints
from grader.course.settings import REPOSITORY
from grader.course.tasks import TASKS
from tests.classroom import right_modules, wrong_modules

ESSAY = '''"""My solution."""

import numpy as np

# first I tried a loop over all the images, but that was far too slow on my laptop
MAX_PIXEL_VALUE = 255.0  # brightest


def normalize_images(images):
    # convert before dividing, else the division might surprise me
    bright_pictures = np.array(images, dtype="float64")
    bright_pictures = bright_pictures / MAX_PIXEL_VALUE
    return bright_pictures


def add_channel_axis(images):
    # the lecture said that None makes a new axis at this place
    with_one_more = images[:, :, :, None]
    return with_one_more


def label_names(labels):
    wardrobe = "T-shirt/top Trouser Pullover Dress Coat Sandal Shirt Sneaker Bag Ankle boot".split(" ")
    words_for_them = []
    for one_label in labels:
        if one_label < 0 or one_label > 9:
            raise ValueError("I only know ten kinds of clothes, sorry")
        words_for_them.append(wardrobe[int(one_label)])
    return words_for_them
'''


def honest_class() -> list[tuple[str, dict[str, bytes]]]:
    """Submissions put together from the bank so that no module other than the reference's is given to more than one."""
    chance = random.Random(2)
    decks = {}
    for task in TASKS:
        modules = [module.source for module in (*right_modules()[task.name][1:], *wrong_modules()[task.name])]
        chance.shuffle(modules)
        decks[task.file_name] = modules
    reference = {task.file_name: (REPOSITORY / "solutions" / task.file_name).read_bytes() for task in TASKS}
    classmates = []
    for number in range(120):
        sources = {name: deck.pop() if deck else reference[name] for name, deck in decks.items()}
        classmates.append((f"honest {number:03}", sources))
    return classmates


@pytest.fixture(scope="module")
def honest() -> list[tuple[str, dict[str, bytes]]]:
    return honest_class()


def with_essays(honest, *essays: str) -> list[tuple[str, dict[str, bytes]]]:
    added = [(f"essay {place}", {"preprocessing.py": text.encode()}) for place, text in enumerate(essays)]
    return [*honest, *added]


def test_an_honest_class_does_not_light_up(honest):
    """But for slips of the bank that are made in the same tutorial's text, which are copies indeed."""
    pairs = alike(honest)  # of 7,140
    assert len(pairs) <= 3 and all("threshold_callback.py" in pair.modules for pair in pairs)


RENAMED = re.sub("bright_pictures|with_one_more|words_for_them", lambda name: name[0].title(), ESSAY)
RECOMMENTED = re.sub("#.*", "# mine", ESSAY)
REORDERED = ESSAY.replace("\n\n\n", "\n").replace("    ", "  ")


COPIES = {"whole": ESSAY, "renamed": RENAMED, "other comments": RECOMMENTED, "other blanks": REORDERED}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_a_copy_is_listed(honest, copy):
    (pair,) = [pair for pair in alike(with_essays(honest, ESSAY, copy)) if "essay" in pair.first]
    assert (pair.first, pair.second, pair.modules) == ("essay 0", "essay 1", ("preprocessing.py",))
    assert pair.shared >= SHARED_LEAST


def test_what_the_whole_class_shares_is_no_sign(honest):
    assert alike([(name, {"preprocessing.py": ESSAY.encode()}) for name, _ in honest]) == []
    assert alike([(name, {}) for name, _ in honest]) == []


def test_stubs_and_reference_are_no_sign():
    both = [
        (name, {path.name: path.read_bytes() for path in Path(REPOSITORY / folder).glob("*.py")})
        for folder in ("assignments", "solutions")
        for name in (f"{folder} 1", f"{folder} 2")
    ]
    assert alike(both) == []


def test_any_bytes_have_fingerprints():
    assert fingerprints(b"") == fingerprints(b"\xff" * 5) == frozenset()
    assert fingerprints(b"\xff\x00" * 500)
    assert Pair("a", "b", 1, ()).shared == 1

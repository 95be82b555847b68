"""How the bundled subset is drawn from the full data set, and how its file is laid out.

Whoever runs this gets the same bytes, on any machine and with any version of Python, numpy and zlib:

- images are chosen by a SHA-256 of seed and index, not by a random generator, whose stream may change;
- the file is an *uncompressed* zip of arrays (`.npz`), because what zlib and its replacements write differs. Half of
  all pixels are 0, so a bit for each pixel and the values of the others take 6 MB where the plain images take 9.
"""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.course import dataset

SEED = 2017  # the year the data set appeared; any would do
PER_CLASS = {"train": 1_000, "test": 200}
"""How many images of each class: 10,000 to train on (one of six) and 2,000 to test on (one of five)."""


def draw_indices(labels: NDArray[np.uint8], part: str) -> NDArray[np.int64]:
    """Choose the same number of images of every class.

    Within a class those whose hash of seed, part and index is lowest are chosen: as good as random, and fixed for ever.

    Args:
        labels: `(n,)` uint8, all labels of the part.
        part: `train` or `test`.

    Returns:
        `(10 * PER_CLASS[part],)` int64, ascending: the full set's order, in which the classes are mixed already.
    """
    rank = [hashlib.sha256(f"{SEED} {part} {index}".encode()).hexdigest() for index in range(len(labels))]
    chosen: list[int] = []
    for label in range(len(dataset.CLASS_NAMES)):
        members = np.flatnonzero(labels == label).tolist()
        chosen += sorted(members, key=rank.__getitem__)[: PER_CLASS[part]]
    return np.array(sorted(chosen), dtype=np.int64)


def draw_subset(full: dataset.Dataset) -> dict[str, NDArray[np.uint8]]:
    """Draw the subset's four arrays, by name, from the full data set."""
    train, test = draw_indices(full.train_labels, "train"), draw_indices(full.test_labels, "test")
    return {
        "train_images": full.train_images[train],
        "train_labels": full.train_labels[train],
        "test_images": full.test_images[test],
        "test_labels": full.test_labels[test],
    }


def pack_subset(arrays: dict[str, NDArray[np.uint8]]) -> bytes:
    """Lay out the subset's four arrays as its file. `dataset.unpack_subset` is the reverse."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for part in ("train", "test"):
            pixels = arrays[f"{part}_images"].reshape(-1)
            _add(archive, f"{part}_labels", arrays[f"{part}_labels"])
            _add(archive, f"{part}_mask", np.packbits(pixels != 0))
            _add(archive, f"{part}_values", pixels[pixels != 0])
    return packed.getvalue()


def write_subset(full: dataset.Dataset, folder: Path) -> bool:
    """Draw the subset from the full data set and write it, with its manifest, into a folder.

    Returns:
        Whether anything changed: False where both files were there already, byte for byte.
    """
    arrays = draw_subset(full)
    content = pack_subset(arrays)
    manifest = json.dumps(_manifest(arrays, content), indent=2).encode() + b"\n"
    folder.mkdir(parents=True, exist_ok=True)
    subset_changed = _write(folder / dataset.SUBSET_FILE, content)
    return _write(folder / dataset.MANIFEST_FILE, manifest) or subset_changed


def _manifest(arrays: dict[str, NDArray[np.uint8]], content: bytes) -> dict[str, Any]:
    return {
        "file": dataset.SUBSET_FILE,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "digest": dataset.arrays_digest(arrays),
        "seed": SEED,
        "images": {part: len(arrays[f"{part}_labels"]) for part in PER_CLASS},
        "per_class": PER_CLASS,
        "arrays": {
            name: {"shape": array.shape, "dtype": array.dtype.name, "sha256": dataset.array_sha256(array)}
            for name, array in arrays.items()
        },
        "drawn_from": {file.name: file.sha256 for file in dataset.FULL_FILES},
    }


def _add(archive: zipfile.ZipFile, name: str, array: NDArray[np.uint8]) -> None:
    member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))  # no clock in the file
    member.create_system, member.external_attr = 3, 0o644 << 16  # zipfile writes another value on Windows
    npy = io.BytesIO()
    np.lib.format.write_array(npy, array, version=(1, 0), allow_pickle=False)
    archive.writestr(member, npy.getvalue())


def _write(path: Path, content: bytes) -> bool:
    """Replace a file in one step, unless it has that content already; say whether it had not."""
    if path.is_file() and path.read_bytes() == content:
        return False
    temporary = path.with_name(f".{path.name}.part")  # one name, so that a killed run leaves no more than one behind
    temporary.write_bytes(content)
    temporary.replace(path)
    return True

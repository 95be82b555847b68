"""Fashion-MNIST as arrays: the subset that comes with the repository, and the full set once it has been fetched.

Nothing here touches the network or needs more than numpy. `fetching.py` brings the full set, `drawing.py` draws the
subset from it and says how its file is laid out.
"""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.course import settings

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
"""What the labels 0 to 9 mean."""

CACHE_VARIABLE = "GRADER_DATA_CACHE"
"""The environment variable that names another folder than the repository's `data_cache/`."""

SUBSET_FILE = "subset.npz"
MANIFEST_FILE = "manifest.json"
FULL_FOLDER = "full"
ARRAY_NAMES = ("train_images", "train_labels", "test_images", "test_labels")

IDX_MAGIC = {1: b"\x00\x00\x08\x01", 3: b"\x00\x00\x08\x03"}
"""How an IDX file of unsigned bytes begins, by its number of dimensions; one big-endian int32 for each follows."""


@dataclass(frozen=True)
class IdxFile:
    """One of the published files, as it is when uncompressed.

    Attributes:
        name: its name without `.gz`.
        size: its length in bytes.
        sha256: the SHA-256 of its content, in hex. The `.gz` around it differs from source to source.
    """

    name: str
    size: int
    sha256: str


FULL_FILES = (
    IdxFile("train-images-idx3-ubyte", 47_040_016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
    IdxFile("train-labels-idx1-ubyte", 60_008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
    IdxFile("t10k-images-idx3-ubyte", 7_840_016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
    IdxFile("t10k-labels-idx1-ubyte", 10_008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
)
"""The full data set's files, in the order of `ARRAY_NAMES`."""


class DataError(Exception):
    """The data is missing or damaged. The message says what is wrong and what to do, in one sentence."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images with their labels. The arrays are read-only.

    Attributes:
        train_images: `(n, 28, 28)` uint8, 0 (background) to 255.
        train_labels: `(n,)` uint8, 0 to 9, see `CLASS_NAMES`.
        test_images: `(m, 28, 28)` uint8.
        test_labels: `(m,)` uint8.
        digest: stands for the content: one SHA-256, in hex, over those of the four parts.
    """

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]
    digest: str


def data_cache() -> Path:
    """The folder of all data: `data_cache/` in the repository, or what `GRADER_DATA_CACHE` names."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named).absolute() if named else settings.REPOSITORY / "data_cache"


def full_folder() -> Path:
    """Where the full set's four uncompressed files lie once they have been fetched."""
    return data_cache() / FULL_FOLDER


def load_subset() -> Dataset:
    """Load the bundled 10,000 training and 2,000 test images, verified.

    Raises:
        DataError: a file is missing, truncated or altered.
    """
    path, manifest = data_cache() / SUBSET_FILE, _read_manifest()
    content = _read_bytes(path, _GET_BACK)
    if len(content) < manifest["bytes"]:
        raise DataError(f"{path} is truncated ({len(content)} of {manifest['bytes']} bytes): {_GET_BACK}")
    if hashlib.sha256(content).hexdigest() != manifest["sha256"]:
        raise DataError(f"{path} is damaged (its checksum differs): {_GET_BACK}")
    try:
        arrays = unpack_subset(content)
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} cannot be read ({error}): {_GET_BACK}") from error
    digest = arrays_digest(arrays)
    if digest != manifest["digest"]:
        raise DataError(f"{path} holds other images than {MANIFEST_FILE} says (their checksum differs): {_GET_BACK}")
    return Dataset(**{name: _read_only(arrays[name]) for name in ARRAY_NAMES}, digest=digest)


def load_full() -> Dataset:
    """Load all 60,000 training and 10,000 test images, verified.

    Raises:
        DataError: the full set has not been fetched, or one of its files is truncated or altered.
    """
    arrays = {}
    for name, file in zip(ARRAY_NAMES, FULL_FILES, strict=True):
        path = full_folder() / file.name
        content = _read_bytes(path, _FETCH)
        if len(content) < file.size:
            raise DataError(f"{path} is truncated ({len(content)} of {file.size} bytes): {_FETCH}")
        if not matches(file, content):
            raise DataError(f"{path} is damaged (its checksum differs): {_FETCH}")
        arrays[name] = parse_idx(content)
    return Dataset(**arrays, digest=full_digest())


def subset_digest() -> str:
    """The digest that `load_subset` will verify, without reading an image.

    Raises:
        DataError: the manifest is missing or damaged.
    """
    return str(_read_manifest()["digest"])


def full_digest() -> str:
    """The digest that `load_full` will verify, without reading an image."""
    return _combine(file.sha256 for file in FULL_FILES)


def matches(file: IdxFile, content: bytes) -> bool:
    """Whether these bytes are that file's uncompressed content."""
    return len(content) == file.size and hashlib.sha256(content).hexdigest() == file.sha256


def parse_idx(content: bytes) -> NDArray[np.uint8]:
    """Turn an uncompressed IDX file of unsigned bytes into a read-only uint8 array of the shape it declares.

    Raises:
        ValueError: it is not such a file, or not as long as it says.
    """
    dimensions = content[3] if len(content) > 3 else 0
    if content[:4] != IDX_MAGIC.get(dimensions):
        raise ValueError("not an IDX file of unsigned bytes")
    header = 4 + 4 * dimensions
    shape = np.frombuffer(content[4:header], dtype=">u4").astype(int)
    return np.frombuffer(content, dtype=np.uint8, offset=header).reshape(shape)


def unpack_subset(content: bytes) -> dict[str, NDArray[np.uint8]]:
    """Turn the subset's file into its four arrays, by name.

    For each part the file holds the labels and, of the images, a bit for every pixel that says whether it is non-zero
    (`..._mask`) and the non-zero pixels' values (`..._values`), all in C order. `drawing.pack_subset` is the reverse.

    Raises:
        ValueError, KeyError, EOFError, zipfile.BadZipFile: it is not such a file.
    """
    arrays = {}
    with np.load(io.BytesIO(content), allow_pickle=False) as parts:
        for part in ("train", "test"):
            labels, mask, values = (parts[f"{part}_{kind}"] for kind in ("labels", "mask", "values"))
            images = np.zeros((len(labels), 28, 28), dtype=np.uint8)
            images.reshape(-1)[np.unpackbits(mask, count=images.size).view(np.bool_)] = values
            arrays[f"{part}_images"], arrays[f"{part}_labels"] = images, labels
    return arrays


def arrays_digest(arrays: dict[str, NDArray[np.uint8]]) -> str:
    """One SHA-256, in hex, over those of the four arrays' bytes."""
    return _combine(array_sha256(arrays[name]) for name in ARRAY_NAMES)


def array_sha256(array: NDArray[np.uint8]) -> str:
    """The SHA-256, in hex, of an array's bytes in C order."""
    return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()


_GET_BACK = "get it back with `git checkout data_cache`, or draw it anew with `python -m grader data --subset`"
_FETCH = "run `python -m grader data` to fetch the full data set"


def _combine(digests: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def _read_bytes(path: Path, remedy: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path} is missing: {remedy}") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): {remedy}") from error


def _read_manifest() -> dict[str, Any]:
    path = data_cache() / MANIFEST_FILE
    try:
        manifest = json.loads(_read_bytes(path, _GET_BACK))
        expected = {"bytes": int, "sha256": str, "digest": str}
        if not all(isinstance(manifest[key], kind) for key, kind in expected.items()):
            raise TypeError
    except (ValueError, TypeError, KeyError):
        raise DataError(f"{path} is damaged (it does not say what it should): {_GET_BACK}") from None
    return dict(manifest)


def _read_only(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    array.flags.writeable = False
    return array

"""The bundled subset is what it says, and damaged data is never loaded."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from grader.course import dataset, drawing, settings
from tests import full_data

COMMITTED = settings.REPOSITORY / "data_cache"


@pytest.fixture(scope="module")
def full() -> dataset.Dataset:
    return full_data.load()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data cache of one's own, holding the committed subset."""
    for name in (dataset.SUBSET_FILE, dataset.MANIFEST_FILE):
        shutil.copy(COMMITTED / name, tmp_path)
    monkeypatch.setenv(dataset.CACHE_VARIABLE, str(tmp_path))
    return tmp_path


def test_subset_has_the_same_number_of_every_class_mixed():
    subset = dataset.load_subset()
    assert subset.train_images.shape == (10_000, 28, 28)
    assert subset.test_images.shape == (2_000, 28, 28)
    assert {array.dtype for array in (subset.train_images, subset.test_images)} == {np.dtype(np.uint8)}
    assert {array.dtype for array in (subset.train_labels, subset.test_labels)} == {np.dtype(np.uint8)}
    assert np.bincount(subset.train_labels).tolist() == [1_000] * 10
    assert np.bincount(subset.test_labels).tolist() == [200] * 10
    for batch in np.split(subset.train_labels, 100):  # a training batch sees nearly every class
        assert len(set(batch.tolist())) >= 8


def test_subset_is_the_full_sets_images_at_the_drawn_indices(full: dataset.Dataset):
    subset = dataset.load_subset()
    train = drawing.draw_indices(full.train_labels, "train")
    test = drawing.draw_indices(full.test_labels, "test")
    assert len(set(train.tolist())) == 10_000
    assert len(set(test.tolist())) == 2_000
    assert np.array_equal(subset.train_images, full.train_images[train])
    assert np.array_equal(subset.train_labels, full.train_labels[train])
    assert np.array_equal(subset.test_images, full.test_images[test])
    assert np.array_equal(subset.test_labels, full.test_labels[test])


def test_the_draw_reaches_over_the_whole_set(full: dataset.Dataset):
    tenths = np.bincount(drawing.draw_indices(full.train_labels, "train") // 6_000)
    assert tenths.min() > 900  # 1,000 expected in every tenth, with a standard deviation of 27
    assert tenths.max() < 1_100


def test_drawing_again_gives_the_committed_bytes(full: dataset.Dataset, tmp_path: Path):
    assert drawing.write_subset(full, tmp_path) is True
    for name in (dataset.SUBSET_FILE, dataset.MANIFEST_FILE):
        assert (tmp_path / name).read_bytes() == (COMMITTED / name).read_bytes()
    assert drawing.write_subset(full, tmp_path) is False
    assert sorted(path.name for path in tmp_path.iterdir()) == ["manifest.json", "subset.npz"]


def test_the_file_does_not_depend_on_a_compressor_or_a_clock():
    content = (COMMITTED / dataset.SUBSET_FILE).read_bytes()
    assert drawing.pack_subset(dataset.unpack_subset(content)) == content
    assert len(content) < 8_000_000


def test_the_readme_tells_how_to_read_the_file_with_numpy_alone():
    subset = dataset.load_subset()
    with np.load(COMMITTED / dataset.SUBSET_FILE, allow_pickle=False) as parts:
        images = np.zeros((10_000, 28, 28), np.uint8)
        images[np.unpackbits(parts["train_mask"]).reshape(images.shape) == 1] = parts["train_values"]
        assert np.array_equal(images, subset.train_images)
        assert np.array_equal(parts["train_labels"], subset.train_labels)


@pytest.mark.parametrize("pixel", [0, 1, 255])
def test_packing_loses_nothing(pixel: int):
    images = np.random.default_rng(pixel).integers(0, 256, (3, 28, 28)).astype(np.uint8)
    images[1:] = pixel
    arrays = {
        "train_images": images,
        "train_labels": np.array([1, 2, 3], np.uint8),
        "test_images": images[:0],
        "test_labels": np.zeros(0, np.uint8),
    }
    again = dataset.unpack_subset(drawing.pack_subset(arrays))
    assert all(np.array_equal(again[name], array) for name, array in arrays.items())


def test_manifest_says_what_is_in_the_file():
    manifest = json.loads((COMMITTED / dataset.MANIFEST_FILE).read_text(encoding="utf-8"))
    subset = dataset.load_subset()
    assert manifest["seed"] == drawing.SEED
    assert manifest["images"] == {"train": 10_000, "test": 2_000}
    for name, facts in manifest["arrays"].items():
        array = getattr(subset, name)
        assert list(array.shape) == facts["shape"]
        assert dataset.array_sha256(array) == facts["sha256"]


def test_digests_are_known_without_loading_and_tell_the_two_sets_apart(full: dataset.Dataset):
    assert dataset.subset_digest() == dataset.load_subset().digest
    assert dataset.full_digest() == full.digest
    assert dataset.subset_digest() != dataset.full_digest()


def test_full_set_is_whole(full: dataset.Dataset):
    assert full.train_images.shape == (60_000, 28, 28)
    assert full.test_images.shape == (10_000, 28, 28)
    assert np.bincount(full.train_labels).tolist() == [6_000] * 10
    assert np.bincount(full.test_labels).tolist() == [1_000] * 10


def test_arrays_are_read_only(full: dataset.Dataset):
    for data in (dataset.load_subset(), full):
        with pytest.raises(ValueError, match="read-only"):
            data.train_images[0, 0, 0] = 1


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1_000_000])


def alter(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "damage", "words"),
    [
        ("subset.npz", Path.unlink, "subset.npz is missing: "),
        ("subset.npz", truncate, r"subset.npz is truncated \(1000000 of 5881730 bytes\): "),
        ("subset.npz", alter, r"subset.npz is damaged \(its checksum differs\): "),
        ("manifest.json", Path.unlink, "manifest.json is missing: "),
        ("manifest.json", lambda path: path.write_text("{"), "manifest.json is damaged"),
        ("manifest.json", lambda path: path.write_text("[]"), "manifest.json is damaged"),
        ("manifest.json", lambda path: path.write_text('{"digest": 1}'), "manifest.json is damaged"),
        ("manifest.json", lambda path: path.write_bytes(b"\xff"), "manifest.json is damaged"),
    ],
)
def test_damaged_subset_says_what_is_wrong_and_what_to_do(
    cache: Path, name: str, damage: Callable[[Path], object], words: str
):
    damage(cache / name)
    with pytest.raises(dataset.DataError, match=words) as caught:
        dataset.load_subset()
    assert "`git checkout data_cache`" in str(caught.value)
    assert "`python -m grader data --subset`" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_subset_of_other_images_is_refused_whatever_its_file_checksum(cache: Path):
    other = dataset.unpack_subset((cache / dataset.SUBSET_FILE).read_bytes())
    other["train_labels"] = np.roll(other["train_labels"], 1)
    digest = dataset.subset_digest()
    drawn = drawing.pack_subset(other)
    (cache / dataset.SUBSET_FILE).write_bytes(drawn)
    manifest = {"bytes": len(drawn), "sha256": hashlib.sha256(drawn).hexdigest(), "digest": digest}
    (cache / dataset.MANIFEST_FILE).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(dataset.DataError, match="holds other images than"):
        dataset.load_subset()
    (cache / dataset.SUBSET_FILE).write_bytes(b"no zip")
    manifest |= {"bytes": 6, "sha256": hashlib.sha256(b"no zip").hexdigest()}
    (cache / dataset.MANIFEST_FILE).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(dataset.DataError, match="cannot be read"):
        dataset.load_subset()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (Path.unlink, "t10k-labels-idx1-ubyte is missing: "),
        (lambda path: path.write_bytes(path.read_bytes()[:5_000]), r"is truncated \(5000 of 10008 bytes\): "),
        (alter, r"is damaged \(its checksum differs\): "),
    ],
)
def test_damaged_full_set_says_to_fetch_it(
    full: dataset.Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Path], object],
    words: str,
):
    shutil.copytree(dataset.full_folder(), tmp_path / "full")
    monkeypatch.setenv(dataset.CACHE_VARIABLE, str(tmp_path))
    assert dataset.load_full().digest == full.digest
    damage(tmp_path / "full" / "t10k-labels-idx1-ubyte")
    with pytest.raises(dataset.DataError, match=words) as caught:
        dataset.load_full()
    assert "run `python -m grader data`" in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"\0\0\x08\x02" + bytes(100), b"\x1f\x8b\x08\x03" + bytes(100), b"\0\0\x08\x01\0\0\0\x05abcd"],
)
def test_parse_idx_refuses_what_is_none(content: bytes):
    with pytest.raises(ValueError):
        dataset.parse_idx(content)


def test_parse_idx_reads_the_shape_from_the_header():
    content = b"\0\0\x08\x03" + b"\0\0\0\x02\0\0\0\x01\0\0\0\x03" + bytes(range(6))
    assert dataset.parse_idx(content).tolist() == [[[0, 1, 2]], [[3, 4, 5]]]


def test_loading_needs_numpy_alone():
    loaded = "import sys, grader.course.dataset as d; d.load_subset(); print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True, cwd=settings.REPOSITORY
    ).stdout.split()
    assert not {"pooch", "requests", "rich", "typer", "tensorflow", "keras", "pytest"} & set(modules)

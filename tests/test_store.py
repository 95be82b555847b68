"""The store of trained results: trained once, whoever asks; damage, death and full disks cost time alone."""

import errno
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from grader.judging import store as module
from grader.judging.store import Store, default_folder

KEY = "3f" + "0" * 62
OTHER = "3f" + "1" * 62
VALUE = {"accuracy": 0.8349999785423279, "loss": None, "train_accuracy": [0.1, 1 / 3]}

TRAINING = """
import os, sys, time
from pathlib import Path
from grader.judging.store import Store

def train():
    with (folder / "trainings").open("a") as file:
        file.write(f"{os.getpid()}\\n")
    time.sleep(float(sys.argv[2]))
    return {"trained by": os.getpid()}

folder = Path(sys.argv[1])
print(Store(folder / "store").get_or_train("%s", train)["trained by"])
""".replace("%s", KEY)


def entry(folder: Path) -> Path:
    return folder / "3f" / f"{KEY}.json"


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def never() -> dict[str, object]:
    raise AssertionError("trained again")


def start(folder: Path, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", TRAINING, str(folder), str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not (path.exists() and path.stat().st_size):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_first_trains_and_the_next_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Store(tmp_path)
    assert first.get(KEY) is None
    assert first.get_or_train(KEY, lambda: {**VALUE, "train_accuracy": (0.1, 1 / 3)}) == VALUE
    assert files(tmp_path) == [f"{KEY}.json"]
    monkeypatch.setattr("filelock.FileLock", None)  # a warm run takes no lock
    assert Store(tmp_path).get_or_train(KEY, never) == VALUE
    assert Store(tmp_path).get(KEY) == VALUE
    assert Store(tmp_path).get(OTHER) is None
    assert first.problems == []


@pytest.mark.parametrize("damage", range(11))
def test_a_damaged_or_foreign_entry_is_trained_again(tmp_path: Path, damage: int) -> None:
    Store(tmp_path).get_or_train(KEY, lambda: VALUE)
    Store(tmp_path).get_or_train(OTHER, lambda: {"accuracy": 0.99})
    sound = entry(tmp_path).read_bytes()
    other = entry(tmp_path).with_name(f"{OTHER}.json").read_bytes()
    contents = [
        b"",
        sound[:-1],
        sound[: len(sound) // 2],
        sound.replace(b"0.8349999785423279", b"0.9349999785423279"),
        other,
        other.replace(OTHER.encode(), KEY.encode()),
        b"[" * 100_000,
        b"[1, 2]",
        b"\xff\xfe not text",
        json.dumps({"key": KEY, "checksum": "", "value": float("nan")}).encode(),
        json.dumps({"key": KEY, "checksum": module._checksum(KEY, [1]), "value": [1]}).encode(),
    ]
    entry(tmp_path).write_bytes(contents[damage])
    store = Store(tmp_path)
    assert store.get(KEY) is None
    assert store.get_or_train(KEY, lambda: VALUE) == VALUE
    assert entry(tmp_path).read_bytes() == sound
    assert store.problems == []


def test_of_several_processes_one_trains_and_the_others_wait(tmp_path: Path) -> None:
    processes = [start(tmp_path, 1.0) for _ in range(4)]
    answers = {process.communicate(timeout=60)[0].strip() for process in processes}
    assert all(process.returncode == 0 for process in processes)
    assert answers == set((tmp_path / "trainings").read_text().split())
    assert len(answers) == 1
    assert files(tmp_path / "store") == [f"{KEY}.json"]


def test_who_is_killed_while_training_blocks_nobody(tmp_path: Path) -> None:
    process = start(tmp_path, 600)
    wait_for(tmp_path / "trainings")
    process.kill()
    process.communicate()
    begun = time.monotonic()
    assert Store(tmp_path / "store").get_or_train(KEY, lambda: VALUE) == VALUE
    assert time.monotonic() - begun < 10
    assert files(tmp_path / "store") == [f"{KEY}.json"]


def test_who_waits_trains_when_the_other_is_killed(tmp_path: Path) -> None:
    stuck = start(tmp_path, 600)
    wait_for(tmp_path / "trainings")
    waiting = start(tmp_path, 0)
    time.sleep(1)
    assert waiting.poll() is None
    stuck.kill()
    stuck.communicate()
    assert waiting.communicate(timeout=60)[0].strip() == (tmp_path / "trainings").read_text().split()[1]


def test_who_gives_up_waits_for_nobody(tmp_path: Path) -> None:
    stuck = start(tmp_path, 600)
    wait_for(tmp_path / "trainings")
    store = Store(tmp_path / "store")
    asked = iter([False, False, True, True])
    assert store.get_or_train(KEY, lambda: VALUE, given_up=lambda: next(asked)) == VALUE
    assert stuck.poll() is None and store.problems == []
    stuck.kill()
    stuck.communicate()


def test_a_training_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(RuntimeError, match="no memory"):
        store.get_or_train(KEY, lambda: (_ for _ in ()).throw(RuntimeError("no memory")), "a title")
    with pytest.raises(ValueError, match="JSON"):
        store.get_or_train(KEY, lambda: {"loss": float("nan")})
    assert store.get(KEY) is None and store.in_training() == []
    assert store.get_or_train(KEY, lambda: VALUE) == VALUE
    assert files(tmp_path) == [f"{KEY}.json"]


def test_a_folder_that_cannot_be_written_costs_time_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = Store(tmp_path / "file" / "store")
    assert store.get_or_train(KEY, lambda: VALUE) == VALUE
    assert store.get_or_train(KEY, lambda: VALUE) == VALUE
    (problem,) = store.problems
    assert problem.startswith(f"Trained results are not kept in {store.folder}, so they are trained again each time: ")


def test_a_full_disk_costs_time_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    store = Store(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        assert store.get_or_train(KEY, lambda: VALUE) == VALUE
    assert store.problems[0].endswith("each time: No space left on device.")
    assert not [name for name in files(tmp_path) if name.endswith(".tmp")]
    assert store.get_or_train(KEY, lambda: VALUE) == VALUE
    assert files(tmp_path) == [f"{KEY}.json"]


def test_nobody_waits_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRAINING_SECONDS", 0.3)
    process = start(tmp_path, 600)
    wait_for(tmp_path / "trainings")
    store = Store(tmp_path / "store")
    assert store.get_or_train(KEY, lambda: VALUE) == VALUE
    assert store.problems[0].startswith("Another process took more than")
    process.kill()
    process.communicate()


def test_another_lock_is_no_obstacle(tmp_path: Path) -> None:
    entry(tmp_path).parent.mkdir()
    with FileLock(tmp_path / "3f" / f"{OTHER}.lock"):
        assert Store(tmp_path).get_or_train(KEY, lambda: VALUE) == VALUE


@pytest.mark.parametrize("key", ["", "../../etc", "3F" + "0" * 62, KEY + "0", KEY + "\n"])
def test_a_key_is_a_digest(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="no SHA-256 digest"):
        Store(tmp_path).get_or_train(key, never)
    with pytest.raises(ValueError, match="no SHA-256 digest"):
        Store(tmp_path).get(key)


def test_the_folder_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_STORE", str(tmp_path))
    assert Store().folder == default_folder() == tmp_path
    monkeypatch.setenv("GRADER_STORE", "")
    assert default_folder().parts[-2:] == ("data_cache", "store")

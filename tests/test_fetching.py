"""Fetching: every source, every way for a source to be wrong, and every way to be interrupted."""

import gzip
import hashlib
import http.server
import random
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.__main__ import app
from grader.course import dataset, fetching, settings, sources
from grader.course.dataset import IdxFile
from grader.course.sources import Folder, Mirror
from tests import full_data

CONTENT = {name: random.Random(name).randbytes(300_000) for name in ("images", "labels")}  # does not compress
FILES = tuple(IdxFile(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in CONTENT.items())


class Handler(http.server.BaseHTTPRequestHandler):
    """Sends what the server has under the path; `None` as length leaves it out, `stall` then never ends."""

    server: "Server"

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        if self.path not in self.server.answers:
            self.send_error(404)
            return
        body, length, stall = self.server.answers[self.path]
        self.send_response(200)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        if stall:
            self.server.stalled.set()
            self.server.closing.wait(60)

    def log_message(self, *arguments: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    """A mirror on this machine that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, tuple[bytes, int | None, bool]] = {}
        self.requests: list[str] = []
        self.stalled, self.closing = threading.Event(), threading.Event()

    def handle_error(self, *arguments: object) -> None:
        """A client that is killed breaks its connection; that is what the test wants."""

    def mirror(self, folder: str) -> Mirror:
        return Mirror(f"http://127.0.0.1:{self.server_address[1]}/{folder}/")

    def offer(self, folder: str, name: str, body: bytes, length: int | None = -1, stall: bool = False) -> None:
        self.answers[f"/{folder}/{name}.gz"] = (body, len(body) if length == -1 else length, stall)

    def offer_all(self, folder: str) -> Mirror:
        for name, content in CONTENT.items():
            self.offer(folder, name, gzip.compress(content))
        return self.mirror(folder)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def real() -> Path:
    """The folder of the real full set; of module scope, so that it is found before `cache` points elsewhere."""
    full_data.load()
    return dataset.full_folder()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data cache, with no other source on this machine."""
    cache = tmp_path / "cache"
    monkeypatch.setenv(dataset.CACHE_VARIABLE, str(cache))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv(fetching.FOLDER_VARIABLE, raising=False)
    return cache


def fetch(folder: Path, *given: sources.Source) -> list[str]:
    """The names of what is still missing after fetching the two small files."""
    return [file.name for file in fetching.fetch(folder, [Folder("here", folder), *given], FILES)]


def content_of(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, without the lock; anything half-written would show."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}


def test_mirror_is_fetched_once(server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    mirror = server.offer_all("good")
    assert fetch(tmp_path, mirror) == []
    assert content_of(tmp_path) == CONTENT
    assert server.requests == ["/good/images.gz", "/good/labels.gz"]
    assert capsys.readouterr().out.splitlines() == [
        "here: none of the files is there",
        f"{mirror.name}: 2 of 2 files found and verified",
    ]
    assert fetch(tmp_path, mirror) == []
    assert len(server.requests) == 2
    assert capsys.readouterr().out == "here: 2 of 2 files found and verified\n"


PACKED = gzip.compress(CONTENT["labels"])


@pytest.mark.parametrize(
    ("body", "length", "words"),
    [
        pytest.param(PACKED[:100_000], len(PACKED), "the download broke off", id="truncated"),
        pytest.param(PACKED[:100_000], None, "being truncated or damaged", id="truncated unnoticed"),
        pytest.param(PACKED[:-4], -1, "being truncated or damaged", id="checksum cut off"),
        pytest.param(PACKED[:500] + b"?" + PACKED[501:], -1, "refused", id="bit rot"),
        pytest.param(gzip.compress(CONTENT["labels"][:-1]), -1, "being too short (299999 of 300000", id="short"),
        pytest.param(gzip.compress(CONTENT["labels"] + b"!"), -1, "being another file", id="long"),
        pytest.param(gzip.compress(CONTENT["images"]), -1, "its SHA-256 is not the published one", id="wrong"),
        pytest.param(b"<html>log in to the hotel's network</html>", -1, "being too short", id="captive portal"),
        pytest.param(b"", -1, "being too short", id="empty"),
        pytest.param(bytes(3_000_000), None, "sends more than the file can hold", id="endless"),
    ],
)
def test_bad_mirror_is_named_and_the_next_one_tried(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str], body: bytes, length: int | None, words: str
):
    bad, good = server.offer_all("bad"), server.offer_all("good")
    server.offer("bad", "labels", body, length)
    assert fetch(tmp_path, bad, good) == []
    assert content_of(tmp_path) == CONTENT
    assert server.requests == ["/bad/images.gz", "/bad/labels.gz", "/good/labels.gz"]
    _, bad_line, good_line = capsys.readouterr().out.splitlines()
    assert bad_line.startswith(f"{bad.name}: 1 of 2 files found and verified; ")
    assert words in bad_line
    assert good_line == f"{good.name}: 1 of 1 files found and verified"


def test_mirror_without_the_file_and_mirror_that_is_away(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as closed:
        away = Mirror(f"http://127.0.0.1:{closed.server_address[1]}/")
    assert fetch(tmp_path, server.mirror("nothing"), away) == ["images", "labels"]
    assert capsys.readouterr().out.splitlines()[1:] == [
        f"{server.mirror('nothing').name}: it answers 404 Not Found",
        f"{away.name}: it cannot be reached",
    ]
    assert content_of(tmp_path) == {}


def test_mirror_that_falls_silent_is_given_up(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sources, "READ_SECONDS", 0.2)
    silent, good = server.mirror("silent"), server.offer_all("good")
    server.offer("silent", "images", b"\x1f\x8b", 1_000, stall=True)
    assert fetch(tmp_path, silent, good) == []
    assert f"{silent.name}: it does not answer in time\n" in capsys.readouterr().out


def test_server_that_inflates_unasked_is_understood(server: Server, tmp_path: Path):
    for name, content in CONTENT.items():
        server.offer("inflated", name, content)
    assert fetch(tmp_path, server.mirror("inflated")) == []
    assert content_of(tmp_path) == CONTENT


def test_what_was_fetched_before_a_failure_is_kept(server: Server, tmp_path: Path):
    mirror = server.offer_all("flaky")
    server.offer("flaky", "labels", PACKED[:1_000], len(PACKED))
    assert fetch(tmp_path, mirror) == ["labels"]
    assert content_of(tmp_path) == {"images": CONTENT["images"]}
    server.offer_all("flaky")
    assert fetch(tmp_path, mirror) == []
    assert server.requests == ["/flaky/images.gz", "/flaky/labels.gz", "/flaky/labels.gz"]
    assert content_of(tmp_path) == CONTENT


def test_killed_in_the_middle_leaves_nothing_half_written(server: Server, tmp_path: Path):
    mirror = server.offer_all("good")
    server.offer("good", "labels", PACKED[:150_000], len(PACKED), stall=True)
    program = (
        "import sys, pathlib; from grader.course import fetching, sources; from tests import test_fetching;"
        "fetching.fetch(pathlib.Path(sys.argv[1]), [sources.Mirror(sys.argv[2])], test_fetching.FILES)"
    )
    command = [sys.executable, "-c", program, str(tmp_path), mirror.name]
    with subprocess.Popen(command, cwd=settings.REPOSITORY, stdout=subprocess.DEVNULL) as process:
        assert server.stalled.wait(30)
        process.kill()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"images", ".lock", fetching.SCRATCH}
    assert (tmp_path / "images").read_bytes() == CONTENT["images"]
    server.offer_all("good")
    assert fetch(tmp_path, mirror) == []
    assert content_of(tmp_path) == CONTENT  # and the scratch folder is gone
    assert server.requests == ["/good/images.gz", "/good/labels.gz", "/good/labels.gz"]


class Interrupted:
    """A source during which the user presses Ctrl-C, a download lying half-way in the scratch folder."""

    name = "interrupted"

    def candidates(self, file: IdxFile, scratch: Path) -> Sequence[Path]:
        (scratch / "half").write_bytes(b"half")
        raise KeyboardInterrupt


def test_interrupt_is_answered_with_a_sentence(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(fetching, "all_sources", lambda: [Interrupted()])
    assert fetching.main() == 130
    assert capsys.readouterr().out == (
        "Interrupted: nothing is left half-written, and the next run goes on from here.\n"
    )
    assert content_of(cache / "full") == {}


def test_two_at_once_fetch_once(server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    mirror = server.offer_all("good")
    server.offer("good", "labels", PACKED, len(PACKED), stall=True)  # complete, but the connection stays open
    threads = [threading.Thread(target=fetch, args=(tmp_path, mirror)) for _ in range(2)]
    threads[0].start()
    assert server.stalled.wait(30)
    threads[1].start()
    server.closing.set()
    for thread in threads:
        thread.join(30)
    assert server.requests == ["/good/images.gz", "/good/labels.gz"]
    assert content_of(tmp_path) == CONTENT


@pytest.mark.parametrize("pack", [gzip.compress, bytes])
def test_folder_may_hold_the_files_packed_or_not(tmp_path: Path, pack: Callable[[bytes], bytes]):
    given = tmp_path / "given"
    given.mkdir()
    for name, content in CONTENT.items():
        (given / (name if pack is bytes else f"{name}.gz")).write_bytes(pack(content))
    assert fetch(tmp_path / "full", Folder("given", given)) == []
    assert content_of(tmp_path / "full") == CONTENT
    assert len(list(given.iterdir())) == 2  # what was given is left alone


def test_wrong_file_in_a_folder_is_refused_and_its_packed_twin_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "images").write_bytes(CONTENT["images"][:-1] + b"?")
    (tmp_path / "images.gz").write_bytes(gzip.compress(CONTENT["images"]))
    (tmp_path / "labels").mkdir()
    assert fetch(tmp_path) == ["labels"]
    assert (tmp_path / "images").read_bytes() == CONTENT["images"]
    assert capsys.readouterr().out == (
        "here: 1 of 2 files found and verified; images is refused, being another file (its SHA-256 is not the "
        "published one); labels is refused, being no regular file\n"
    )


def test_gzip_bomb_is_not_inflated(tmp_path: Path):
    bomb = tmp_path / "images.gz"
    bomb.write_bytes(gzip.compress(bytes(100_000_000), 9))
    tracemalloc.start()
    try:
        with pytest.raises(sources.Refused, match="being another file"):
            sources.read_verified(bomb, FILES[0])
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def unpacked_package(folder: Path) -> None:
    data = folder / sources.DEBIAN_FOLDER
    data.mkdir(parents=True)
    for name, content in CONTENT.items():
        (data / f"{name}.gz").write_bytes(gzip.compress(content))


class Apt:
    """Stands in for apt-get and dpkg-deb: has the package once its lists are up to date."""

    def __init__(self, up_to_date: bool) -> None:
        self.up_to_date = up_to_date
        self.calls: list[str] = []

    def __call__(self, command: Sequence[str], folder: Path) -> str:
        verb = next(word for word in command if word in ("update", "download", "-x"))
        self.calls.append(verb)
        if verb == "update":
            self.up_to_date = True
        elif not self.up_to_date:
            return "E: Unable to locate package dataset-fashion-mnist"
        elif verb == "download":
            (folder / "dataset-fashion-mnist_0_all.deb").touch()
        else:
            unpacked_package(folder)
        return ""


@pytest.mark.parametrize(
    ("up_to_date", "user", "calls", "words"),
    [
        (True, 1000, ["download", "-x"], "2 of 2 files found and verified"),
        (False, 0, ["download", "update", "download", "-x"], "2 of 2 files found and verified"),
        (False, 1000, ["download"], "E: Unable to locate package dataset-fashion-mnist (would `sudo apt-get update`"),
    ],
)
def test_debian_package_is_downloaded_and_unpacked(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    up_to_date: bool,
    user: int,
    calls: list[str],
    words: str,
):
    apt = Apt(up_to_date)
    monkeypatch.setattr(sources, "run", apt)
    monkeypatch.setattr(sources.shutil, "which", lambda name: name)
    monkeypatch.setattr(sources.os, "geteuid", lambda: user, raising=False)
    fetch(tmp_path / "full", sources.DebianPackage(installed=tmp_path / "not installed"))
    assert apt.calls == calls
    assert f"Debian's package dataset-fashion-mnist: {words}" in capsys.readouterr().out
    assert content_of(tmp_path / "full") == (CONTENT if "verified" in words else {})


def test_debian_package_that_is_installed_is_used_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sources, "run", pytest.fail)
    unpacked_package(tmp_path)
    assert fetch(tmp_path / "full", sources.DebianPackage(installed=tmp_path / sources.DEBIAN_FOLDER)) == []


def test_machine_without_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(sources.shutil, "which", lambda name: None)
    fetch(tmp_path / "full", sources.DebianPackage(installed=tmp_path / "not installed"))
    assert "this machine has no apt-get and dpkg-deb" in capsys.readouterr().out


def test_command_that_fails_is_told_by_its_error_line_alone(tmp_path: Path):
    complain = "import sys; print('noise'); print('W: noise\\nE: the reason', file=sys.stderr); sys.exit(100)"
    assert sources.run([sys.executable, "-c", complain], tmp_path) == "E: the reason"
    assert sources.run([sys.executable, "-c", "raise SystemExit(3)"], tmp_path).endswith("ended with status 3")
    assert sources.run([sys.executable, "-c", "print('noise')"], tmp_path) == ""


def test_sources_are_tried_in_order(cache: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(fetching.FOLDER_VARIABLE, "given")
    names = [source.name for source in fetching.all_sources()]
    assert names == [
        "GRADER_FASHION_MNIST (given)",
        str(cache / "full"),
        str(cache),
        f"Keras's cache ({cache.parent / 'keras' / 'datasets' / 'fashion-mnist'})",
        *fetching.MIRRORS,
        "Debian's package dataset-fashion-mnist",
    ]


def test_without_any_source_the_user_is_told_what_to_do_by_hand(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    damaged = cache / "full" / "t10k-labels-idx1-ubyte"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"mine")
    monkeypatch.setattr(fetching, "MIRRORS", ())
    monkeypatch.setattr(fetching, "DebianPackage", lambda: Folder("Debian", cache / "not installed"))
    assert fetching.main() == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("Still missing: train-images-idx3-ubyte, ")
    assert "into a folder, name that folder in the environment variable GRADER_FASHION_MNIST and run" in last
    assert damaged.read_bytes() == b"mine"  # nothing lost


def test_cache_that_cannot_be_written_is_told_in_a_sentence(cache: Path, capsys: pytest.CaptureFixture[str]):
    cache.write_text("a file where a folder should be")
    assert fetching.main() == 1
    out = capsys.readouterr().out
    assert out.startswith("The data set could not be written (")
    assert "GRADER_DATA_CACHE" in out


def test_the_command_takes_a_folder_refuses_its_wrong_file_and_draws_the_subset(
    real: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    given, keras = tmp_path / "given", tmp_path / "keras" / "datasets" / "fashion-mnist"
    for folder in (given, keras):
        folder.mkdir(parents=True)
    for file in dataset.FULL_FILES:
        (given / file.name).write_bytes((real / file.name).read_bytes())
    labels = dataset.FULL_FILES[1].name
    (keras / f"{labels}.gz").write_bytes(gzip.compress((real / labels).read_bytes()))
    (given / labels).write_bytes((real / labels).read_bytes()[:-1] + b"\x0a")
    monkeypatch.setenv(fetching.FOLDER_VARIABLE, str(given))

    result = CliRunner().invoke(app, ["data", "--subset"])

    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        f"GRADER_FASHION_MNIST ({given}): 3 of 4 files found and verified; {labels} is refused, being another file "
        "(its SHA-256 is not the published one)",
        f"{cache / 'full'}: none of the files is there",
        f"{cache}: none of the files is there",
        f"Keras's cache ({keras}): 1 of 1 files found and verified",
        f"The full data set, 60,000 training and 10,000 test images, is in {cache / 'full'}, verified.",
        f"{cache / 'subset.npz'}: drawn and written.",
    ]
    for name in (dataset.SUBSET_FILE, dataset.MANIFEST_FILE):
        assert (cache / name).read_bytes() == (settings.REPOSITORY / "data_cache" / name).read_bytes()
    assert dataset.load_full().digest == dataset.full_digest()
    assert sorted(content_of(cache / "full")) == sorted(file.name for file in dataset.FULL_FILES)

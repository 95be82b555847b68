"""What students handed in is found in whatever form it comes, and nothing in it is a way out."""

import os
import zipfile
from pathlib import Path

import pytest

from grader.classroom.intake import RESERVED, IntakeError, find, opened

CNN = "def build_cnn():\n    return 1\n"


def lay(folder: Path, files: dict[str, str]) -> Path:
    """Write files by their paths."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def zip_of(path: Path, files: dict[str, str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def read(folder: Path) -> dict[str, list[str]]:
    """By name, the modules that are read of each submission."""
    return {handed.name: sorted(handed.read().sources) for handed in find(folder).handed}


def test_folders_and_zips_flat_and_nested(tmp_path):
    lay(tmp_path, {"alice/cnn.py": CNN, "bob/homework/assignments/cnn.py": CNN, "carol/notes.txt": "nothing"})
    zip_of(tmp_path / "dave.zip", {"deep/down/cnn.py": CNN})
    zip_of(tmp_path / "erin" / "final.zip", {"cnn.py": CNN})
    (tmp_path / "frank.zip").write_bytes(b"PK garbage")
    assert read(tmp_path) == {
        "alice": ["cnn.py"],
        "bob": ["cnn.py"],
        "carol": [],
        "dave": ["cnn.py"],
        "erin": ["cnn.py"],
        "frank": [],
    }


def test_a_folder_around_everything_is_no_submission(tmp_path):
    lay(tmp_path, {"download/alice/cnn.py": CNN, "download/bob/cnn.py": CNN, "__MACOSX/x": "", ".DS_Store": ""})
    assert list(read(tmp_path)) == ["alice", "bob"]


def test_canvas(tmp_path):
    zip_of(tmp_path / "doejane_101_900_hw.zip", {"cnn.py": CNN})
    zip_of(tmp_path / "doejane_LATE_101_950_hw-1.zip", {"cnn.py": CNN, "training.py": "x = 1"})
    lay(
        tmp_path,
        {"roejohn_102_901_cnn.py": CNN, "roejohn_102_977_cnn-2.py": CNN + "# new", "roejohn_102_902_a.txt": ""},
    )
    intake = find(tmp_path)
    jane, john = intake.handed
    assert (jane.name, jane.user, jane.late) == ("doejane_101", "101", True)
    assert sorted(jane.read().sources) == ["cnn.py", "training.py"]
    assert (john.name, john.late) == ("roejohn_102", False)
    assert john.read().sources == {"cnn.py": (CNN + "# new").encode()}
    assert intake.remarks == ["doejane handed in 2 zips; the latest was graded."]


def test_moodle(tmp_path):
    lay(tmp_path, {"Jane Doe_5512_assignsubmission_file_/cnn.py": CNN, "Ödön von_77_assignsubmission_file/x.zip": "?"})
    zip_of(tmp_path / "Jane Doe_5513_assignsubmission_file_" / "hw.zip", {"cnn.py": CNN})
    found = {handed.name: (handed.student, handed.user) for handed in find(tmp_path).handed}
    assert found["Ödön von_77"] == ("Ödön von", "77")
    assert found["Jane Doe_5512"] == ("Jane Doe", "5512")  # two students of one name
    assert found["Jane Doe_5513"] == ("Jane Doe", "5513")


def test_gradescope(tmp_path):
    lay(tmp_path, {"submission_1/cnn.py": CNN, "submission_2/cnn.py": CNN})
    metadata = """\
submission_1:
  :submitters:
  - :name: Jane Doe
    :sid: '7'
    :email: jane@example.org
  :score: 5.0
submission_2:
  :submitters:
  - :name: "!!python/object/apply:os.system ['true']"
    :email: john@example.org
"""
    (tmp_path / "submission_metadata.yml").write_text(metadata, encoding="utf-8")
    assert [handed.student for handed in find(tmp_path).handed] == [
        "Jane Doe, jane@example.org",
        "!!python/object/apply:os.system ['true'], john@example.org",
    ]


def test_in_gradescope_a_person_may_hand_in_twice(tmp_path):
    lay(tmp_path, {"submission_1/cnn.py": CNN, "submission_2/cnn.py": CNN, "submission_3/cnn.py": CNN})
    people = "".join(
        f"submission_{number}:\n  :submitters:\n  - :name: Jane Doe\n    :email: {mail}\n"
        for number, mail in ((1, "jane@x.org"), (2, "jane@x.org"), (3, "other@x.org"))
    )
    (tmp_path / "submission_metadata.yml").write_text(people, encoding="utf-8")
    assert [handed.name for handed in find(tmp_path).handed] == ["submission_2", "submission_3"]


def test_of_the_same_student_the_latest_counts(tmp_path):
    lay(tmp_path, {"Alice/cnn.py": CNN})
    zip_of(tmp_path / "alice.zip", {"cnn.py": CNN, "training.py": "x = 1"})
    os.utime(tmp_path / "Alice", (1e9, 1e9))
    intake = find(tmp_path)
    assert [(handed.name, handed.paths[0].name) for handed in intake.handed] == [("alice", "alice.zip")]
    assert intake.remarks == ["Alice handed in twice: alice.zip was graded, Alice is older."]


def test_names_are_safe_and_differ(tmp_path):
    for name in (
        "=SUM(A1)",
        "CON",
        "a" * 200,
        "class.html",
        "zwei:punkte",
        "tab\tulator",
        "李雷",
        "gradebook.sqlite-wal",
    ):
        lay(tmp_path, {f"{name}/cnn.py": CNN})
    names = [handed.name for handed in find(tmp_path).handed]
    assert len({name.casefold() for name in names}) == 8 and not {name.casefold() for name in names} & RESERVED
    assert all(len(name) <= 130 and not set(name) & set(':\t<>"|?*/\\') for name in names)
    assert "_CON" in names and "class.html (2)" in names and "李雷" in names


def test_links_and_ways_out_lead_nowhere(tmp_path):
    secret = tmp_path / "secret"
    lay(secret, {"cnn.py": CNN})
    folder = tmp_path / "class"
    lay(folder, {"alice/preprocessing.py": "x = 1"})
    (folder / "mallory").symlink_to(secret, target_is_directory=True)
    (folder / "alice" / "cnn.py").symlink_to(secret / "cnn.py")
    assert read(folder) == {"alice": ["preprocessing.py"]}
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("../out/cnn.py", "/abs/cnn.py", "C:/x/cnn.py", "alice/cnn.py", "bob\\cnn.py"):
            archive.writestr(name, CNN)
        link = zipfile.ZipInfo("carol/cnn.py")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, str(secret / "cnn.py"))
    with opened(path) as unpacked:
        assert read(unpacked) == {"alice": ["cnn.py"], "bob": ["cnn.py"]}
    assert not unpacked.exists()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("made", ["missing", "empty", "garbage", "file"])
def test_where_nothing_is_the_sentence_is_clear(tmp_path, made):
    path = tmp_path / "class"
    if made == "empty":
        path.mkdir()
    elif made != "missing":
        path.write_bytes(b"PK\x03\x04 garbage" if made == "garbage" else b"")
    with pytest.raises(IntakeError) as refused, opened(path) as folder:
        find(folder)
    assert str(refused.value).endswith(".") and "\n" not in str(refused.value)


def test_files_that_are_nobody_s_are_named(tmp_path):
    lay(tmp_path, {"alice/cnn.py": CNN, "readme.docx": "", "roster.csv": ""})
    assert find(tmp_path).remarks == ["readme.docx is no submission: it is neither a folder nor a zip."]


def test_names_that_no_file_or_terminal_takes(tmp_path):
    for name in ("M\udcfcller", "\u009b2J", "\u202egnp", "\U0001d160" * 60):
        (tmp_path / name).mkdir()
    (tmp_path / ("x" * 253)).mkdir()
    (tmp_path / ("x" * 200)).mkdir()
    for handed in find(tmp_path).handed:
        assert handed.name.isprintable() and handed.student.isprintable()
        assert len(handed.name.encode()) <= 210 and handed.student.encode()


def test_what_was_typed_into_moodle_is_no_later_submission(tmp_path):
    lay(tmp_path, {"Jane_12_assignsubmission_file_/cnn.py": CNN, "Jane_12_assignsubmission_onlinetext_/a.html": "<p>"})
    intake = find(tmp_path)
    assert [(handed.name, handed.paths[0].name) for handed in intake.handed] == [
        ("Jane_12", "Jane_12_assignsubmission_file_")
    ]
    assert not intake.remarks


def test_the_output_among_them_is_no_submission(tmp_path):
    lay(tmp_path, {"alice/cnn.py": CNN, "bob/cnn.py": CNN, "out/alice/results.json": "{}"})
    assert [handed.name for handed in find(tmp_path, tmp_path / "out").handed] == ["alice", "bob"]


def test_no_entry_of_a_zip_names_a_drive(tmp_path):
    zip_of(tmp_path / "class.zip", {"alice/cnn.py": CNN, "a/C:/evil.txt": "", "bob/C:cnn.py": CNN})
    with opened(tmp_path / "class.zip") as folder:
        assert sorted(path.name for path in folder.rglob("*")) == ["alice", "cnn.py"]

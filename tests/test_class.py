"""A class of four, one of each kind, graded and graded again; the larger runs are `tox -e class`."""

import shutil

from tests.class_runs import gradings, run, scores
from tests.classroom import MIX, make


def test_a_class_is_graded_as_it_must_be_and_once(tmp_path):
    folder, out = tmp_path / "class", tmp_path / "out"
    made = {one.kind: one for one in make(folder, 10, seed=3)}
    assert set(made) == {kind for kind, _ in MIX}
    expected = {one.name: (one.score, one.bonus) for one in made.values()}
    for path in folder.iterdir():
        if path.name not in expected:
            shutil.rmtree(path)
    for judged in ("", "0 tasks judged"):
        done = run(folder, out)
        assert done.returncode == 0 and "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
        assert judged in done.stdout
        assert scores(out) == expected and gradings(out) == dict.fromkeys(expected, 1)
    assert {"grades.csv", "class.html", "gradebook.sqlite"} <= {path.name for path in out.iterdir()}

"""Classroom 50's `autograder.py`: grades the checkout it is started in and writes `result.json` there.

It stands beside the grader in the bundle. The runner sets who handed in what (CLASSROOM, ASSIGNMENT, SUBMISSION_TAG and
so on), and takes an exit status other than 0 for a fault of the grading itself.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BUNDLE = Path(__file__).resolve().parent

FEEDBACK = """@FEEDBACK@"""
"""How much a student sees, as options of the grader."""


def main() -> int:
    """Install the grader, grade, and leave `result.json`; 0 whatever the score is."""
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "-e", str(BUNDLE)], check=True)
    checkout = Path.cwd()
    with tempfile.TemporaryDirectory() as reports:
        command = [sys.executable, "-m", "pytest", "grader", "-c", "tox.ini"]
        arguments = [f"--submission={checkout / 'assignments'}", f"--report={reports}"]
        subprocess.run([*command, *arguments, *FEEDBACK.split()], cwd=BUNDLE, check=False)
        result = Path(reports) / "result.json"
        if not result.is_file():
            print("::error::grading itself failed: there is no result.json", file=sys.stderr)
            return 1
        shutil.copyfile(result, checkout / "result.json")
        shutil.copyfile(Path(reports) / "feedback.md", checkout / "release-body.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())

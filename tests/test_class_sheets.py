"""Marks as CSV: no formula reaches a spreadsheet, and a platform's own table is filled where it should be."""

import csv
import io
from pathlib import Path

import pytest

from grader.classroom.intake import Handed
from grader.classroom.spreadsheets import SheetError, absent, canvas, grades, moodle, neutral, people
from tests.test_reports import results

JANE = Handed("doejane_101", "doejane", (Path("x"),), "101")
JOHN = Handed("John Roe_7", "John Roe", (Path("x"),), "7", late=True)
GRADED = [(JANE, results()), (JOHN, results("=no"))]


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\n=1", "=cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula(text):
    assert neutral(text).startswith("'")
    assert not set(neutral(text)) & {"\t", "\r", "\x1b"}


def test_plain_cells_stay():
    assert [neutral(text) for text in ("Zoë", "", "a=b", "1-2")] == ["Zoë", "", "a=b", "1-2"]


def test_grades_hold_everything():
    rows = table(grades([*GRADED, (Handed("=evil", "=evil", (Path("x"),)), results())], ["+Absent"]))
    assert rows[0][:5] == ["submission", "student", "score", "bonus", "total"]
    assert rows[1][:5] == ["doejane_101", "doejane", "100", "20", "120"]
    assert rows[2][-1] == "late" and rows[2][2] == "5"
    assert rows[3][:2] == ["'=evil", "'=evil"]
    assert rows[4][1] == "'+Absent" and rows[4][-1] == "nothing handed in"
    assert len({len(row) for row in rows}) == 1


def test_canvas_s_export_is_filled(tmp_path):
    export = tmp_path / "export.csv"
    lines = [
        "Student,ID,SIS User ID,SIS Login ID,Section,Fashion (42),Essay (43)",
        "    Points Possible,,,,,100,10",
        '"Doe, Jane",101,s1,jane,A,,7',
        '"Roe, John",7,s2,john,A,3,8',
        '"Poe, Ann",9,s3,ann,A,5,9',
    ]
    export.write_text("\ufeff" + "\n".join(lines) + "\n", encoding="utf-8")
    text, lost = canvas(export, "fashion", [*GRADED, (Handed("x_55", "x", (Path("x"),), "55"), results())])
    rows = table(text)
    assert [row[5] for row in rows] == ["Fashion (42)", "100", "120", "7", "5"]
    assert [row[6] for row in rows] == ["Essay (43)", "10", "7", "8", "9"]
    assert lost == ["x_55"]
    with pytest.raises(SheetError, match="2 columns"):
        canvas(export, "(4", GRADED)


def test_moodle_s_worksheet_is_filled(tmp_path):
    worksheet = tmp_path / "worksheet.csv"
    header = "Identifier,Full name,Email address,Status,Grade,Maximum grade,Feedback comments"
    rows = [
        "Participant 101,Jane Doe,j@x.org,Submitted,,100.00,",
        "Participant 7,John Roe,r@x.org,Submitted,,100.00,",
    ]
    worksheet.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    text, lost = moodle(worksheet, GRADED)
    found = table(text)
    assert [row[4] for row in found[1:]] == ["120", "7"] and lost == []
    assert found[2][6].startswith("5 of 100 points, 2 bonus\npreprocessing: second: =no")
    assert [row[:4] for row in found[1:]] == [row.split(",")[:4] for row in rows]


def test_tables_that_are_none_are_refused(tmp_path):
    path = tmp_path / "table.csv"
    for content in (b"", b"a,b\n1,2\n", b"\xff\xfe\x00"):
        path.write_bytes(content)
        for read in (lambda: canvas(path, "x", GRADED), lambda: moodle(path, GRADED)):
            with pytest.raises(SheetError):
                read()
    with pytest.raises(SheetError):
        people(tmp_path / "missing.csv")


def test_who_handed_in_nothing(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text(
        "name,email,id\nJane Doe,doejane@x.org,1\nJohn Roe,j@x.org,2\nAnn Poe,a@x.org,3\n", encoding="utf-8"
    )
    assert absent(people(path), [JANE, JOHN]) == ["Ann Poe, a@x.org, 3"]

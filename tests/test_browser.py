"""The page in a real browser: no script, no request, nothing that axe-core objects to, and readable on a phone."""

import io
import json
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from grader.classroom.class_page import ClassRecord
from grader.classroom.class_page import render as render_class
from grader.classroom.intake import Handed
from grader.lab.portrait import Picture
from grader.reports.page import render
from grader.results import Results
from tests.bank.cases import Case
from tests.test_reports import EVIL, results
from tests.tools import node_package, program

PHONE = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
DESK = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}


def png() -> bytes:
    """A picture of 8 x 8 pixels."""
    file = io.BytesIO()
    matplotlib.image.imsave(file, np.zeros((8, 8)), format="png")
    return file.getvalue()


PICTURES = [Picture("cnn", "".join(EVIL) + '"', png()), Picture("dense_model", "A curve.", png())]


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium that logs what it requests and what pages complain of."""
    options = Options()
    options.binary_location = program("chromium", "chromium-browser", "google-chrome")
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(program("chromium-driver", "chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core."""
    return (node_package("axe-core") / "axe.min.js").read_text(encoding="utf-8")


def slip(graded, tmp_path: Path) -> Results:
    """A real submission with mistakes: one function unwritten, one that raises."""
    source = """
def normalize_images(images):
    return images / 256

def add_channel_axis(images):
    return images.reshape(3, 28, 28, 1)
"""
    return graded(Case("slip", "preprocessing", source=source).write(tmp_path / "submission"), "preprocessing")


@pytest.mark.parametrize("made", ["right", "slip", "evil"])
def test_the_page_is_quiet_and_can_be_read_by_all(browser, axe, graded, tmp_path, made):
    page = {
        "right": lambda: results(),
        "slip": lambda: slip(graded, tmp_path),
        "evil": lambda: results("\n".join(EVIL) + "x" * 3000, submission=EVIL[0]),
    }[made]()
    file = tmp_path / "feedback.html"
    file.write_text(render(page, PICTURES if made == "evil" else ()), encoding="utf-8")
    look_at(browser, axe, file, scripts=0)
    assert browser.execute_script("return document.images.length") == (len(PICTURES) if made == "evil" else 0)


def look_at(browser, axe: str | None, file: Path, scripts: int) -> None:
    """Open a page on a light desk and a dark phone: quiet, and nothing that axe-core objects to, where it is given."""
    for scheme, screen in (("light", DESK), ("dark", PHONE)):
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        browser.get_log("performance"), browser.get_log("browser")
        browser.get(file.as_uri())
        assert browser.execute_script("return document.scripts.length") == scripts
        broken = browser.execute_script("return [...document.images].filter((image) => !image.naturalWidth).length")
        assert not broken
        requested = [entry["message"] for entry in browser.get_log("performance")]
        messages = [json.loads(text)["message"] for text in requested]
        sent = [message["params"] for message in messages if message["method"] == "Network.requestWillBeSent"]
        addresses = [params["request"]["url"] for params in sent]
        assert [address for address in addresses if not address.startswith("data:image/png")] == [file.as_uri()]
        assert browser.get_log("browser") == []
        width = browser.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1]
        if axe is None:
            continue
        browser.execute_script(axe)
        found = browser.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []


@pytest.mark.parametrize("count", [40, 1000])
def test_the_page_of_the_class(browser, axe, tmp_path, count):
    """Sorted, filtered and read by all; axe-core, which takes 50 ms for a row, sees forty."""
    graded = [
        (
            Handed(f"student {number:04}", EVIL[number % len(EVIL)], (tmp_path,), late=number % 9 == 0),
            results("no channel axis" if number % 3 else "", submission=f"student {number:04}"),
        )
        for number in range(count)
    ]
    file = tmp_path / "class.html"
    record = ClassRecord([EVIL[0]], {EVIL[0]: EVIL[1]}, [EVIL[0]])
    file.write_text(render_class(graded, record), encoding="utf-8")
    look_at(browser, axe if count < 100 else None, file, scripts=1)

    def column(place: int) -> list[str]:
        return browser.execute_script(
            "return [...document.querySelectorAll('#submissions tbody tr')].filter((row) => !row.hidden)"
            ".map((row) => row.cells[arguments[0]].textContent)",
            place,
        )

    assert len(column(0)) == count
    points = browser.find_elements("css selector", "#submissions thead button")[2]
    points.click()
    assert [int(text) for text in column(2)] == sorted(int(text) for text in column(2))
    points.click()
    assert [int(text) for text in column(2)] == sorted((int(text) for text in column(2)), reverse=True)
    browser.find_element("id", "filter").send_keys("0027")
    assert column(0) == ["student 0027 late"]
    assert browser.execute_script("return document.getElementById('shown').textContent") == "1 shown"
    diagnoses = browser.find_elements("css selector", "[aria-label='What was said most often'] tbody tr")
    assert diagnoses[0].text.startswith(f"{sum(number % 3 > 0 for number in range(count))} ")

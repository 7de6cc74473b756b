"""A session's page: its charts, its past, and everything else that it recorded."""

import json

from checking import require

from .bed import DESKTOP, PHONE, eventually, same, saved


def drawn(page):
    """How many charts are drawn."""
    return page.locator(".chart .plot canvas").count()


def of(trainer, **query):
    """The address of a session's page."""
    text = "&".join(f"{name}={value}" for name, value in query.items())
    return f"#/session/{trainer.id}" + (f"?{text}" if text else "")


def label(page, metric):
    """What a chart says of what it draws."""
    return page.locator(f".chart[aria-label='{metric}'] .plot").get_attribute("aria-label")


def charts(bed):
    with bed.page(of(bed.rich)) as page:
        eventually(page, "document.querySelectorAll('.chart .plot canvas').length === 4", "the four charts")
        eventually(page, "document.querySelector('main').textContent.includes('6 NaN')", "the count of NaN")
        require("6 infinite" in page.inner_text("main"), "the infinities are not counted")
        bed.picture(page, "charts-light")
        page.hover(".chart[aria-label='train/loss'] .plot", position={"x": 200, "y": 100})
        page.wait_for_selector(".chart[aria-label='train/loss'] .hint:not([hidden]) b")
        page.fill("[aria-label='Find metrics']", "loss")
        eventually(page, "document.querySelectorAll('.chart').length === 2", "the metrics that were looked for")
        page.click("button:has-text('log')")
        page.click("button:has-text('envelope')")
        page.evaluate("""() => { const range = document.querySelector("[aria-label='Smoothing']"); range.value = 0.9;
                         range.dispatchEvent(new Event('input', {bubbles: true})); }""")
        eventually(
            page, "location.hash.includes('smooth=0.9') && location.hash.includes('log=1')", "the state in the address"
        )
    with bed.page(of(bed.rich), theme="dark") as page:
        eventually(page, "document.querySelectorAll('.chart .plot canvas').length === 4", "the charts in the dark")
        bed.picture(page, "charts-dark")


def zoomed(bed):
    with bed.page(of(bed.rich, find="train/loss")) as page:
        page.wait_for_selector(".chart canvas")
        eventually(
            page,
            "document.querySelector('.chart .plot').getAttribute('aria-label').includes('600 points')",
            "all points",
        )
        box = page.locator(".u-over").bounding_box()
        page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 70, steps=4)
        page.mouse.up()
        eventually(page, "/zoom=step%3A1[45]\\d\\.?\\d*%3A(29|30)\\d/.test(location.hash)", "the range in the address")
        eventually(
            page,
            "/ 15[0-3] points/.test(document.querySelector('.chart .plot').getAttribute('aria-label'))",
            "the points of the range",
        )
        page.click("button:has-text('Whole range')")
        eventually(
            page,
            "document.querySelector('.chart .plot').getAttribute('aria-label').includes('600 points')",
            "all points again",
        )
        for axis in ("time", "relative_time", "epoch", "step"):
            page.select_option("[aria-label='Axis']", axis)
            eventually(page, f"location.hash.includes('axis={axis}')", f"the axis {axis}")


def superseded(bed):
    with bed.page(of(bed.rich, find="train/loss")) as page:
        page.click("button:has-text('superseded')")
        eventually(
            page,
            "document.querySelector('.chart .plot').getAttribute('aria-label').includes('2 lines with 800 points')",
            "both attempts",
        )


def saved_charts(bed):
    with bed.page(of(bed.rich, find="train/loss")) as page:
        page.wait_for_selector(".chart canvas")
        require(saved(page, lambda: page.click("text=PNG")).startswith(b"\x89PNG"), "the PNG is none")
        drawing = saved(page, lambda: page.click("text=SVG"))
        require(b"<svg" in drawing and b'<path d="M' in drawing, f"the SVG is {drawing[:200]!r}")
        rows = saved(page, lambda: page.click(".chart >> text=CSV")).decode().splitlines()
        same(len(rows), 601, "the rows of the CSV")


def past(bed):
    events = (
        bed.api.call("GET", f"/training/sessions/{bed.rich.id}/events", query={"limit": 1000})
        .body.decode()
        .splitlines()
    )
    at = next(
        event["position"]
        for event in map(json.loads, events)
        if event["type"] == "session.epoch_completed" and event["data"]["epoch"] == 2
    )
    then = bed.document(bed.rich.id, as_of=at)
    with bed.page(of(bed.rich)) as page:
        page.wait_for_selector(".badge.failed")
        page.click("text=As of…")
        page.wait_for_selector("[aria-label='Position in the session\\'s past']")
        page.fill("[aria-label='Position of the log']", str(at))
        page.keyboard.press("Enter")
        page.wait_for_selector(".badge.running")
        eventually(page, "document.querySelector('.figures').textContent.includes('2 of 6')", "the epoch of that time")
        same(then["current_epoch"], 2, "the epoch as of the position")
        eventually(
            page,
            "document.querySelector(\"[aria-label^='train/loss:']\")?.getAttribute('aria-label').includes('200 points')",
            "the points of that time",
        )
        require(page.locator("button:has-text('Archive')").count() == 0, "the past can be changed")
        bed.picture(page, "as-of-light")
        page.click(".tabs >> text=Checkpoints")
        page.wait_for_selector("text=No checkpoint was saved")
        page.click(".tabs >> text=Files")
        eventually(page, "/[1-4] files/.test(document.querySelector('.toolbar').textContent)", "the files of that time")
        page.click(".tabs >> text=Epochs")
        eventually(page, "document.querySelectorAll('tbody tr').length === 2", "the two epochs of that time")
        page.click("[aria-label='The event after']")
        eventually(page, f"!location.hash.includes('at={at}&') && /at=\\d+/.test(location.hash)", "the next position")
        page.click("text=Back to now")
        page.wait_for_selector(".badge.failed")


def epochs_and_checkpoints(bed):
    with bed.page(of(bed.rich, tab="epochs")) as page:
        eventually(page, "document.querySelectorAll('tbody tr').length === 6", "the epochs")
        page.click("th button:has-text('val_dice')")
        same(page.inner_text("tbody tr:first-child th"), "6", "the best epoch")
        page.click(".tabs >> text=Checkpoints")
        page.wait_for_selector(".badge:has-text('best')")
        found = saved(page, lambda: page.locator("text=Download").first.click())
        require(set(found) == {2} and len(found) == 6000, f"the checkpoint has {len(found)} bytes")
        require("for each byte" in page.inner_text("main"), "what checkpoints cost is not told")
        bed.picture(page, "checkpoints-light")


def files(bed):
    with bed.page(of(bed.rich, tab="media")) as page:
        page.wait_for_selector("img[alt='overlay, step 600']")
        eventually(page, "document.querySelector('img').naturalWidth === 16", "the picture")
        slider = page.locator("[aria-label='Step of overlay']")
        slider.focus()
        page.keyboard.press("ArrowLeft")
        page.wait_for_selector("img[alt='overlay, step 500']")
        page.locator("[aria-label='Step of all']").focus()
        page.keyboard.press("Home")
        page.wait_for_selector("img[alt='overlay, step 100']")
        page.wait_for_selector("canvas[aria-label^='Distribution over 6 steps']")
        page.locator("h3:text-is('cases')").scroll_into_view_if_needed()
        page.wait_for_selector("th button:has-text('dice')")
        page.click("th button:has-text('dice')")
        same(page.inner_text(".picture tbody tr:first-child td:first-child"), "b", "the first row by dice")
        page.click("summary")
        require("images/overlay/600.png" in page.inner_text("details"), "a file is not listed")
        bed.picture(page, "files-light")


def lines(bed):
    with bed.page(of(bed.rich, tab="logs")) as page:
        eventually(page, "document.querySelector('.toolbar').textContent.includes('400 lines')", "all lines")
        page.wait_for_selector("text=epoch 6: line 49 of the log")
        page.fill("[aria-label='Search the log']", "line 7 of")
        eventually(
            page,
            "document.querySelector('.toolbar').textContent.includes('8 of 400 lines')",
            "the lines that were looked for",
        )
        page.wait_for_selector("mark:has-text('line 7 of')")


def record(bed):
    with bed.page(of(bed.rich, tab="events")) as page:
        page.wait_for_selector("text=Attempt claimed")
        page.locator("button:has-text('record')").first.click()
        page.wait_for_selector("pre:has-text('session.created')")
        page.click(".tabs >> text=Configuration")
        page.wait_for_selector("th:has-text('train.checkpoint_monitor')")
        page.click(".tabs >> text=Code and environment")
        page.wait_for_selector(".diff .added:has-text('+new line')")
        require("0123456789abcdef" in page.inner_text("main"), "the commit is not shown")
        page.click(".tabs >> text=Host")
        eventually(page, "document.querySelectorAll('.chart canvas').length === 2", "the readings")


def edited(bed):
    trainer = bed.session("to be edited", tags=["one"])
    trainer.finish()
    with bed.page(of(trainer, tab="overview")) as page:
        page.click("section:has-text('Notes') button:has-text('edit')")
        page.fill(
            "[aria-label='Notes, in Markdown']",
            "## Found\n\n- **good** [here](javascript:alert(1)) and [there](https://example.org)",
        )
        page.click("button:has-text('Save')")
        page.wait_for_selector(".markdown h3:has-text('Found')")
        same(page.locator(".markdown a").count(), 1, "the number of links, of which one is no address of the web")
        page.click("text=edit tags")
        page.fill("[aria-label='New tag']", "two")
        page.click("button:has-text('Done')")
        page.wait_for_selector(".head .tag:has-text('two')")
        page.click("[aria-label='Rename']")
        page.fill("[aria-label='Name']", "edited")
        page.click("button:has-text('Rename')")
        page.wait_for_selector("h1:has-text('edited')")
        page.click("button:has-text('Archive…')")
        require("Nothing is erased" in page.inner_text("dialog"), "it is not said what archiving does")
        page.click("dialog button:has-text('Archive')")
        page.wait_for_selector(".badge:has-text('archived')")
    document = bed.document(trainer.id)
    same(
        (document["session_name"], document["tags"], document["archived"]),
        ("edited", ["one", "two"], True),
        "what was changed",
    )


def pictured(bed):
    for name, theme, viewport in (("dark", "dark", DESKTOP), ("phone", "light", PHONE)):
        with bed.page(of(bed.rich), theme=theme, viewport=viewport) as page:
            page.wait_for_selector(".chart canvas")
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            same(overflow, 0, "the width that does not fit")
            bed.picture(page, f"session-{name}")
            page.click(".tabs >> text=Files")
            page.wait_for_selector("img[alt='overlay, step 600']")
            bed.picture(page, f"files-{name}")


CHECKS = [
    ("every metric has a chart, with its NaN and infinities told", charts),
    ("a zoom fetches the exact points of its range", zoomed),
    ("superseded attempts are shown on demand", superseded),
    ("a chart is saved as PNG, as SVG and as CSV", saved_charts),
    ("everything is shown as of a position", past),
    ("epochs and checkpoints are listed, and a checkpoint is downloaded", epochs_and_checkpoints),
    ("pictures, histograms and tables are shown at their steps", files),
    ("the log is searched", lines),
    ("events, configuration, changes of the code and readings are shown", record),
    ("name, notes and tags are edited in place, and a session is archived", edited),
    ("a session's page fits on a phone, and is there in the dark", pictured),
]

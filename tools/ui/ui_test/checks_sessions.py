"""The table of sessions: found, ordered, grouped, chosen, and what is done with those that are chosen."""

from checking import require

from .bed import PHONE, counts, eventually, number, same, saved

#: Rows of the table without their column of selections.
ROWS = ".grid-row:not(.grid-head)"


def names(page):
    """The names in the order of the rows."""
    rows = page.eval_on_selector_all(
        ".grid-row",
        "rows => rows.map(row => [Number(row.getAttribute('aria-rowindex')), row.querySelector('.name')?.textContent])",
    )
    return [name for _, name in sorted(rows) if name]


def filter_by(page, text):
    page.fill("[aria-label='Filter']", text)
    page.keyboard.press("Enter")


def shown(bed):
    with bed.page() as page:
        page.wait_for_selector("text=study-00")
        listed = bed.api.get("/training/sessions", limit=100)
        same(names(page), [session["session_name"] for session in listed["sessions"]], "the order")
        head = page.inner_text(".grid-head")
        require("val_dice" in head and "val_dice.best" in head, f"the monitored metric has no column: {head}")
        page.wait_for_selector(".spark polyline")
        bed.picture(page, "sessions-light")
    with bed.page(theme="dark") as page:
        page.wait_for_selector(".spark polyline")
        bed.picture(page, "sessions-dark")


def sorted_by_metric(bed):
    with bed.page() as page:
        page.click(".grid-head button:has-text('val_dice.best')")
        eventually(page, "document.querySelector('#row-0 .name')?.textContent === 'study-07'", "the best session first")
        values = page.eval_on_selector_all(
            ".grid-row .grid-cell.num:nth-child(7)", "cells => cells.map(cell => cell.textContent)"
        )
        found = sorted((number(value) for value in values if value.strip()), reverse=True)
        same([number(value) for value in values if value.strip()], found, "the order of the values")
        require("sort=-metrics.val_dice.best" in page.url, "the address does not hold the order")
        page.reload()
        eventually(
            page, "document.querySelector('#row-0 .name')?.textContent === 'study-07'", "the same order after a reload"
        )


def filtered(bed):
    with bed.page() as page:
        page.click("[aria-label='Filter']")
        page.keyboard.type("metrics.val_d")
        page.wait_for_selector("[role=option]:has-text('metrics.val_dice')")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.keyboard.type("> 0.8 and params.opt")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        page.keyboard.type("= adam")
        page.keyboard.press("Escape")
        page.keyboard.press("Enter")
        counts(page, "2 sessions")
        same(sorted(names(page)), ["study-01", "study-07"], "what matches")
        page.fill("[aria-label='Filter']", 'tags = "od')
        page.wait_for_selector("[role=option]:has-text('odd one')")
        page.fill("[aria-label='Filter']", "")
        page.keyboard.press("Enter")
        page.fill("[aria-label='Search names, notes and tags']", "study-1")
        counts(page, "2 sessions")
        same(names(page), ["study-11", "study-10"], "what has the words")


def completed(bed):
    bed.session("has a name of its own", params={"seen.nowhere": 1}).finish()
    with bed.page("#/sessions?q=study-1") as page:
        counts(page, "2 sessions")
        page.fill("[aria-label='Filter']", "params.seen")
        page.wait_for_selector("[role=option]:has-text('params.seen.nowhere')")
        page.keyboard.press("Escape")
        page.click("button:has-text('Columns')")
        page.fill("[aria-label='Find a column']", "seen")
        page.wait_for_selector("label:has-text('params.seen.nowhere')")


def faults(bed):
    with bed.page() as page:
        filter_by(page, "metrics.val_dice > foo(")
        page.wait_for_selector(".fault u")
        require(page.inner_text(".fault u").startswith("foo"), f"the fault is shown at {page.inner_text('.fault u')!r}")
        filter_by(page, "name ~ study")
        counts(page, "12 sessions")
        require(page.locator(".fault").count() == 0, "the fault stays")


def columns(bed):
    with bed.page() as page:
        page.wait_for_selector("text=study-00")
        page.click("button:has-text('Columns')")
        page.fill("[aria-label='Find a column']", "width")
        page.click(".option:has-text('params.model.width')")
        page.keyboard.press("Escape")
        page.wait_for_selector(".grid-head :text('model.width')")
        require("params.model.width" in page.url, "the address does not hold the columns")
        filter_by(page, "name = study-03")
        eventually(
            page,
            "document.querySelector('#row-0')?.lastElementChild.textContent.trim() === '64'",
            "the value of the param",
        )
        page.click("button:has-text('Views')")
        page.fill("[aria-label='Name of the view']", "widths")
        page.click("button:has-text('Keep')")
        page.goto(bed.server.url + "/#/sessions")
        if not page.locator("a:has-text('widths')").count():
            page.click("button:has-text('Views')")
        page.click("a:has-text('widths')")
        eventually(page, "location.hash.includes('params.model.width')", "the kept view")


def grouped(bed):
    with bed.page("#/sessions?filter=experiment+%3D+study") as page:
        page.wait_for_selector("text=study-00")
        page.wait_for_selector("option[value='params.optimizer']", state="attached")
        page.select_option("[aria-label='Group by']", "params.optimizer")
        page.wait_for_selector("th[scope=row]:has-text('adam')")
        eventually(page, "document.querySelector('tbody').textContent.includes('±')", "the numbers of the groups")
        row = page.locator("tr", has=page.locator("th[scope=row]:has-text('adam')")).inner_text()
        members = [bed.document(trainer.id) for trainer in bed.study]
        values = [one["latest_metrics"]["val_dice"] for one in members if one["params"]["optimizer"] == "adam"]
        mean = sum(values) / len(values)
        require(f"{float(f'{mean:.4g}')}" in row and "±" in row, f"the mean {mean} is not in {row!r}")
        bed.picture(page, "groups-light")
        page.click("th[scope=row] a:has-text('adam')")
        counts(page, "6 sessions")


def acted_on(bed):
    trainer = bed.session("to be stopped", experiment="acts")
    other = bed.session("to be archived", experiment="acts")
    other.finish()
    with bed.page("#/sessions?filter=experiment+%3D+acts") as page:
        page.wait_for_selector("text=to be archived")
        for box in page.locator(".grid-row input").all():
            box.click()
        page.wait_for_selector("text=2 selected")
        page.click("button:has-text('Tag…')")
        page.fill("dialog input", "chosen")
        page.click("dialog button:has-text('Add the tag')")
        eventually(page, "document.querySelectorAll('.grid-row .tag').length === 2", "the tags")
        rows = saved(page, lambda: (page.click("button:has-text('Export')"), page.click("text=These rows as CSV")))
        require(rows.startswith(b"session_id,Status,Name"), f"the file begins with {rows[:60]!r}")
        page.click("button:has-text('Stop…')")
        require("save a checkpoint" in page.inner_text("dialog"), "it is not said what a stop does")
        page.click("dialog button:has-text('Stop')")
        eventually(page, "document.querySelector('main').textContent.includes('stopping')", "the stop")
        same(bed.document(trainer.id)["stop_requested"], True, "the request to stop")
        trainer.finish("stopped")
        page.wait_for_selector(".badge.stopped")
        page.click("button:has-text('Archive…')")
        page.click("dialog button:has-text('Archive')")
        eventually(page, "document.querySelector('main').textContent.includes('0 sessions')", "the empty list")
    same(bed.document(other.id)["archived"], True, "the archived session's mark")
    same(bed.document(other.id)["tags"], ["chosen"], "its tags")


def past(bed):
    """The table as of the position at which the first sessions of the study had ended."""
    at = bed.document(bed.study[2].id)["position"]
    with bed.page(f"#/sessions?filter=experiment+%3D+study&at={at}") as page:
        counts(page, "3 sessions")
        eventually(page, "document.querySelectorAll('.grid-row .name').length === 3", "the sessions that existed")
        require(page.locator(".note.warn:has-text('As of position')").count() == 1, "it is not told that this is past")
        page.check("[aria-label='Select study-00']")
        require(page.locator("button:has-text('Tag')").count() == 0, "the past can be changed")
        page.click("a:has-text('study-01')")
        page.wait_for_selector(".asof.past")
        require(f"at={at}" in page.url, "the session is not shown as of the same position")
        page.go_back()
        page.click("text=Back to now")
        counts(page, "12 sessions")


def by_keyboard(bed):
    with bed.page("#/sessions?filter=experiment+%3D+study&sort=session_name") as page:
        page.wait_for_selector("text=study-00")
        page.focus(".grid")
        for key in ("ArrowDown", "ArrowDown", " ", "ArrowDown", "ArrowDown", "Shift+Space"):
            page.keyboard.press("Space" if key == " " else key)
        page.wait_for_selector("text=3 selected")
        page.keyboard.press("End")
        page.keyboard.press("Enter")
        page.wait_for_selector("h1:has-text('study-11')")
        page.go_back()
        page.wait_for_selector("text=study-00")


def on_a_phone(bed):
    with bed.page("#/sessions", viewport=PHONE) as page:
        page.wait_for_selector("text=study-00")
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        same(overflow, 0, "the width that does not fit on a phone")
        bed.picture(page, "sessions-phone")


CHECKS = [
    ("the table shows the sessions with their monitored metric and its curve", shown),
    ("a click on a metric orders the sessions by it, and the address holds that", sorted_by_metric),
    ("a filter is completed with the names that exist, and applied", filtered),
    ("names that no session in sight has are completed too", completed),
    ("a fault in a filter is shown at its character", faults),
    ("columns of params are chosen, and views kept", columns),
    ("groups have the mean and spread of their sessions", grouped),
    ("chosen sessions are tagged, exported, stopped and archived, and it is said before what happens", acted_on),
    ("the table is shown as of a position", past),
    ("the table is used with the keyboard alone", by_keyboard),
    ("the table fits on a phone", on_a_phone),
]

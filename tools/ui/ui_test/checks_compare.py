"""Sessions side by side."""

import json

from checking import require

from .bed import eventually, same, saved


def drawn(what):
    """That the chart of val_dice says so of what it draws."""
    return f"document.querySelector('.chart[aria-label=val_dice] .plot')?.getAttribute('aria-label').includes({what!r})"


def chosen(bed):
    with bed.page("#/sessions?filter=experiment+%3D+study&sort=-metrics.val_dice") as page:
        page.wait_for_selector("text=study-00")
        for box in page.locator(".grid-row input").all()[:5]:
            box.click()
        page.click("button:has-text('Compare')")
        eventually(page, "document.querySelectorAll('.legend .swatch').length === 5", "the five sessions")
        eventually(
            page,
            drawn("5 lines with 40 points"),
            "their curves",
        )
        page.click(".tabs >> text=Differences")
        page.wait_for_selector("th[scope=row]:text-is('lr')")
        require(page.locator("th[scope=row]:text-is('optimizer')").count() == 1, "it is not told which params differ")


def address(bed, **query):
    ids = ",".join(trainer.id for trainer in bed.study)
    return "#/compare?ids=" + ids + "".join(f"&{name}={value}" for name, value in query.items())


def banded(bed):
    with bed.page(address(bed), theme="dark") as page:
        eventually(page, "document.querySelectorAll('.legend .swatch').length === 12", "the sessions")
        page.select_option("[aria-label='Colour by']", "params.optimizer")
        page.click("button:has-text('bands')")
        eventually(
            page,
            drawn("2 lines"),
            "a band for each optimizer",
        )
        bed.picture(page, "compare-dark")
        page.reload()
        eventually(
            page,
            drawn("2 lines"),
            "the same after a reload",
        )


def parallel(bed):
    with bed.page(address(bed, tab="parallel", color="params.lr")) as page:
        eventually(page, "document.querySelectorAll('svg path').length >= 12", "a line for each session")
        bed.picture(page, "parallel-light")
        rows = saved(page, lambda: page.click("[aria-label^='Save Parallel coordinates as CSV']")).decode().splitlines()
        same(len(rows), 13, "the rows of the CSV")
        require(
            saved(page, lambda: page.click("[aria-label^='Save Parallel coordinates as PNG']")).startswith(b"\x89PNG"),
            "the PNG is none",
        )
        brush = page.locator(".brush").last.bounding_box()
        page.mouse.move(brush["x"] + 10, brush["y"] + 4)
        page.mouse.down()
        page.mouse.move(brush["x"] + 10, brush["y"] + brush["height"] / 3, steps=4)
        page.mouse.up()
        page.click("button:has-text('Keep only these')")
        eventually(
            page,
            "(count => count > 1 && count < 12)(document.querySelectorAll('.legend .swatch').length)",
            "fewer sessions",
        )


def scattered(bed):
    with bed.page(
        address(bed, tab="scatter", x="params.lr", y="metrics.val_dice.best", z="params.model.width")
    ) as page:
        eventually(page, "document.querySelectorAll('.drawing circle').length === 12", "a dot for each session")
        bed.picture(page, "scatter-light")
        require(b"<circle" in saved(page, lambda: page.click("[aria-label$='as SVG']")), "the SVG has no dots")


def correlated(bed):
    with bed.page(address(bed, tab="correlation", target="metrics.val_dice.best")) as page:
        page.wait_for_selector("th:text-is('params.optimizer')")
        row = page.locator("tr", has=page.locator("th:text-is('params.optimizer')")).inner_text()
        require("share of the variance" in row and "12" in row, f"the row is {row!r}")
        bed.picture(page, "correlation-light")


def pictures(bed):
    with bed.page(address(bed, tab="images")) as page:
        eventually(page, "document.querySelectorAll('table.images img').length === 12", "the pictures of each session")
        bed.picture(page, "images-light")


def past(bed):
    first, second = bed.study[0], bed.study[1]
    events = (
        bed.api.call("GET", f"/training/sessions/{second.id}/events", query={"limit": 100}).body.decode().splitlines()
    )
    at = next(
        event["position"]
        for event in map(json.loads, events)
        if event["type"] == "session.epoch_completed" and event["data"]["epoch"] == 3
    )
    with bed.page(f"#/compare?ids={first.id},{second.id},{bed.study[5].id}&at={at}") as page:
        eventually(page, "document.querySelectorAll('.legend .swatch').length === 2", "the two sessions that existed")
        eventually(
            page,
            drawn("2 lines with 11 points"),
            "the curves of that time",
        )
        page.click(".tabs >> text=Differences")
        page.wait_for_selector("tr:has(th:text-is('epochs')):has-text('8'):has-text('3')")
        page.click(".tabs >> text=Images")
        page.wait_for_selector("text=step 80")
        same(page.locator("table.images img").count(), 1, "the number of pictures of that time")
        page.click("text=Back to now")
        eventually(page, "document.querySelectorAll('.legend .swatch').length === 3", "all three")


CHECKS = [
    ("five sessions are chosen, their curves overlaid, and what differs is told", chosen),
    ("groups have bands, and a link holds the whole view", banded),
    ("parallel coordinates are drawn, saved and narrowed", parallel),
    ("a scatter plot has a third dimension", scattered),
    ("the correlation of params with the result is told", correlated),
    ("pictures stand side by side", pictures),
    ("sessions are compared as of a position", past),
]

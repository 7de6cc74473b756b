"""Many sessions, many metrics and many points, and how long the page takes with them."""

import math
import random
import re
import statistics
from urllib.parse import parse_qs, urlparse

from checking import require

from .bed import eventually

POINTS = 1_000_000
METRICS = 200


def points(bed):
    trainer = bed.session("a million points", epochs=3)
    chance = random.Random(1)
    for start in range(0, POINTS, 50_000):
        steps = range(start + 1, start + 50_001)
        trainer.points("loss", steps, [math.exp(-step / 3e5) + chance.random() / 10 for step in steps])
    trainer.finish()
    with bed.page("#/sessions") as page:
        page.evaluate(f"window.began = performance.now(); location.hash = '#/session/{trainer.id}'")
        eventually(
            page,
            "/ 1[0-6]\\d\\d points/.test(document.querySelector('.chart .plot')?.getAttribute('aria-label'))",
            "the chart",
        )
        opened = page.evaluate("performance.now() - window.began")
        require("1,000,000 points" in page.inner_text("main"), "it is not told how many points there are")
        # From the end of the drag to the drawing of the exact points, as the page itself measures it.
        zooms = []
        for low, high in ((200_000, 400_000), (250_000, 251_000), (700_000, 702_000)):
            page.evaluate(
                """([low, high]) => { window.began = performance.now(); window.ended = 0;
                const plot = document.querySelector('.chart .plot'); const before = plot.getAttribute('aria-label');
                new MutationObserver((_, watch) => { watch.disconnect();
                        requestAnimationFrame(() => { window.ended = performance.now(); }); })
                    .observe(plot, {attributes: true, attributeFilter: ['aria-label']});
                location.hash = location.hash.split('?')[0] + '?zoom=step:' + low + ':' + high; }""",
                [low, high],
            )
            eventually(page, "window.ended > 0", "the zoom")
            zooms.append(page.evaluate("window.ended - window.began"))
        bed.picture(page, "million-light")
    return f"opened in {opened:.0f} ms, zoomed in {', '.join(f'{zoom:.0f}' for zoom in zooms)} ms"


def metrics(bed):
    trainer = bed.session("many metrics")
    trainer.post(
        "/metrics",
        {
            "attempt": trainer.attempt,
            "series": [
                {
                    "name": f"layer{index // 20:02d}/metric{index:03d}",
                    "steps": list(range(1, 501)),
                    "values": [math.sin(step / (10 + index)) for step in range(500)],
                }
                for index in range(METRICS)
            ],
        },
    )
    trainer.finish()
    with bed.page(f"#/session/{trainer.id}") as page:
        eventually(page, "document.querySelectorAll('.chart canvas').length > 3", "the first charts")
        drawn = page.locator(".chart canvas").count()
        require(drawn < 60, f"{drawn} charts are drawn at once")
        frames = page.evaluate(SCROLL, "main")
        eventually(
            page,
            "document.querySelectorAll('.chart canvas').length > 3 && document.querySelector('main').scrollTop > 5000",
            "the charts further down",
        )
        page.fill("[aria-label='Find metrics']", "metric199")
        eventually(page, "document.querySelectorAll('.chart').length === 1", "the one that was looked for")
    return f"{drawn} of {METRICS} charts are drawn; {told(frames)}"


#: Scrolls an element down for a while, and answers how long each frame took.
SCROLL = """async (place) => { const element = document.querySelector(place); const times = [];
    let last = performance.now();
    for (let frame = 0; frame < 60; frame += 1) { element.scrollTop += 150; await new Promise(requestAnimationFrame);
        const now = performance.now(); times.push(now - last); last = now; } return times; }"""


def told(frames):
    ordered = sorted(frames)
    return f"a frame of scrolling takes {statistics.median(ordered):.0f} ms, the slowest of 60 {ordered[-1]:.0f} ms"


def sessions(bed):
    bed.fill()
    with bed.page("#/sessions") as page:
        page.wait_for_selector(".grid-row .name")
        rows = page.locator(".grid-row").count()
        require(rows < 120, f"{rows} rows exist at once")
        frames = page.evaluate(SCROLL, ".grid")
        eventually(
            page,
            "[...document.querySelectorAll('.grid-row')].every(row => row.querySelector('.name'))",
            "the rows further down",
        )
        page.evaluate("document.querySelector('.grid').scrollTop = 1e9")
        eventually(page, "document.querySelector('main').textContent.includes('study-00')", "the oldest sessions")
        page.evaluate(
            "window.began = performance.now();"
            "location.hash = '#/sessions?sort=-metrics.val_loss&columns=name,metrics.val_loss'"
        )
        name = f"many-{bed.session_count - 1:05d}"
        eventually(
            page, f"document.querySelector('#row-0 .name')?.textContent === {name!r}", "the greatest value first"
        )
        sort = page.evaluate("performance.now() - window.began")
        page.evaluate(
            "window.began = performance.now();"
            "location.hash = '#/sessions?filter=metrics.val_loss+%3C+0.01&columns=name,metrics.val_loss'"
        )
        eventually(page, "document.querySelector('.toolbar').textContent.includes('10 sessions')", "the ten that match")
        found = page.evaluate("performance.now() - window.began")
        page.goto(bed.server.url + "/#/sessions?by=experiment&filter=name+~+%22many-%22")
        eventually(page, "document.querySelectorAll('tbody tr').length === 7", "the groups", seconds=20)
    return f"{bed.session_count:,} sessions: {told(frames)}, sorted in {sort:.0f} ms, filtered in {found:.0f} ms"


#: How many sessions a server tells of that has only a few.
PRETENDED = 100_000

#: Scrolls the table from its beginning to its end, waits at each of the places until its rows are there, and answers the most
#: rows that existed at once.
THROUGH = """async (places) => { const grid = document.querySelector('.grid'); let most = 0;
    const filled = () => { const rows = [...document.querySelectorAll('.grid-row')];
        return rows.length > 10 && rows.every((row) => row.querySelector('.name')); };
    for (let place = 1; place <= places; place += 1) {
        grid.scrollTop = (grid.scrollHeight - grid.clientHeight) * place / places;
        for (let frame = 0; frame < 600 && (frame < 3 || !filled()); frame += 1) await new Promise(requestAnimationFrame);
        if (!filled()) throw new Error('the rows at place ' + place + ' did not come');
        most = Math.max(most, document.querySelectorAll('.grid-row').length);
    } return most; }"""


def heap(page):
    """The bytes of what the page's scripts hold, without what is garbage."""
    browser = page.context.new_cdp_session(page)
    browser.send("HeapProfiler.collectGarbage")
    used = browser.send("Runtime.getHeapUsage")["usedSize"]
    browser.detach()
    return used


def pretended(bed):
    """The table of many more sessions than there are: what it holds does not grow with them."""
    pattern = bed.api.call("GET", "/training/sessions", query={"limit": 1}).json["sessions"][0]
    asked = []

    def answer(route):
        query = parse_qs(urlparse(route.request.url).query)
        offset, limit = int(query["offset"][0]), int(query["limit"][0])
        asked.append(offset)
        numbers = range(offset, min(PRETENDED, offset + limit))
        sessions = [
            {**pattern, "session_id": f"sess_{number:016x}", "session_name": f"pretended {number}", "notes": f"{number} " * 500}
            for number in numbers
        ]
        route.fulfill(json={"sessions": sessions, "total": PRETENDED, "limit": limit, "offset": offset})

    with bed.page(settled=False) as page:
        page.route(re.compile(r"/api/v1/training/sessions\?"), answer)
        page.goto(bed.server.url + "/#/sessions?columns=name,status")
        page.reload()
        page.wait_for_selector(".connection.live")
        eventually(page, "document.querySelector('#row-0 .name')?.textContent === 'pretended 0'", "the first row")
        page.evaluate(THROUGH, 5)
        before = heap(page)
        rows = page.evaluate(THROUGH, 100)
        after = heap(page)
        passed = len(asked)
        require(rows < 120, f"{rows} rows exist at once")
        # Those of 100 places, with notes of some kilobytes, would be 30 MB and more.
        require(after - before < 12_000_000, f"the page holds {(after - before) / 1e6:.0f} MB more after {passed} pages")
        last = f"document.querySelector('#row-{PRETENDED - 1} .name')?.textContent === 'pretended {PRETENDED - 1}'"
        eventually(page, last, "the last row")
        page.evaluate("document.querySelector('.grid').scrollTop = 0")
        eventually(page, "document.querySelector('#row-0 .name')", "the first row again")
        asked.clear()
        page.evaluate("document.querySelector('.grid').scrollTop = 1e9")
        eventually(page, last, "the last row after a jump")
        require(len(asked) <= 3, f"a jump to the end asked for {len(asked)} pages: {asked}")
        asked.clear()
        bed.session("while the end is shown").finish()
        eventually(page, "document.querySelector('.connection.live')", "the feed")
        page.wait_for_timeout(2500)
        require(0 < len(asked) and set(asked) == {PRETENDED - 100}, f"a change asked for {asked}, not for what is in sight")
    return f"{passed} pages of 100 sessions: {rows} rows at once, {(after - before) / 1e6:+.1f} MB"


CHECKS = [
    ("a session of a million points is opened and zoomed", points),
    ("two hundred charts scroll", metrics),
    ("the table of 100,000 sessions holds what is in sight and little more", pretended),
    ("thousands of sessions are scrolled, sorted, filtered and grouped", sessions),
]

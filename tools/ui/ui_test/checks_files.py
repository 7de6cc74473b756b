"""The page's files: their types, their sizes, and how they are served."""

import gzip
import os
import re
import shutil
import statistics
import subprocess
import urllib.error
import urllib.request

from checking import Wrong, require
from virtual_environment import CHECKOUT

from .bed import eventually, same

PAGE = CHECKOUT / "Sources" / "WebUI" / "Page"
VENDORED = [".build/assets/preact-10.27.2/preact-htm.min.js", ".build/assets/uplot-1.6.31/uplot.iife.min.js"]

#: The most bytes of JavaScript, packed.
MOST_SCRIPT = 250_000


def ask(bed, target, **headers):
    request = urllib.request.Request(bed.server.url + target, headers=headers)
    with urllib.request.urlopen(request) as answer:
        return answer.headers, answer.read()


def types(_bed):
    compiler = shutil.which("tsc")
    if not compiler:
        raise Wrong("There is no tsc. Install it: apt-get install node-typescript")
    result = subprocess.run(
        [compiler, "-p", str(CHECKOUT / "tools" / "ui" / "tsconfig.json")], capture_output=True, text=True
    )
    require(result.returncode == 0, result.stdout)


def shape(_bed):
    for file in PAGE.rglob("*.js"):
        text = file.read_text()
        require(
            "innerHTML" not in text and "dangerously" not in text and "eval(" not in text,
            f"{file.name} makes markup of a text",
        )
        require(len(text.splitlines()) <= 400, f"{file.name} has more than 400 lines")


def imported(module, found):
    """The modules that one imports, and those that they import, but for those that are loaded on demand."""
    for name in re.findall(r'^(?:import|export)\b[^;]*?from "(\.[^"]+)"', module.read_text(), re.MULTILINE | re.DOTALL):
        path = (module.parent / name).resolve()
        if path not in found:
            found.add(path)
            if path.exists():
                imported(path, found)
    return found


def preloaded(bed):
    html = ask(bed, "/")[1].decode()
    named = re.findall(r'rel="modulepreload"[^>]* href="/assets/page/[0-9a-f]{16}/([^"]+)"', html)
    run = re.findall(r'<script[^>]* type="module" src="/assets/page/[0-9a-f]{16}/([^"]+)"', html)
    needed = {str(path.relative_to(PAGE)) for path in imported(PAGE / "main.js", set())}
    same(len(named), len(set(named)), "the number of modules that are preloaded, each once")
    same(sorted({*named, *run} ^ {*needed, "main.js"}), [], "the modules of the first view that are not named, or the others")
    return f"{len(needed)} modules"


def size(_bed):
    scripts = [*PAGE.rglob("*.js"), *(CHECKOUT / path for path in VENDORED)]
    packed = sum(len(gzip.compress(script.read_bytes(), 9)) for script in scripts)
    require(packed <= MOST_SCRIPT, f"the scripts have {packed:,} bytes packed, more than {MOST_SCRIPT:,}")
    return f"{len(scripts)} scripts, {packed:,} bytes packed"


def served(bed):
    headers, html = ask(bed, "/")
    policy = headers["Content-Security-Policy"]
    require("unsafe" not in policy and "default-src 'none'" in policy, f"the policy of the page is {policy}")
    require(
        "<style" not in html.decode() and not re.search(r"<script(?![^>]*src=)", html.decode()),
        "the page has a script or style in it",
    )
    base = re.search(r"/assets/page/[0-9a-f]{16}", html.decode())[0]
    headers, packed = ask(bed, base + "/main.js", **{"Accept-Encoding": "gzip"})
    same(headers["Content-Encoding"], "gzip", "the coding")
    require("immutable" in headers["Cache-Control"], "a module is asked for again and again")
    same(gzip.decompress(packed), (PAGE / "main.js").read_bytes(), "main.js as served")
    for wrong in ("/assets/page/0123456789abcdef/main.js", base + "/none.js", base + "/../../../Package.swift"):
        try:
            ask(bed, wrong)
            raise Wrong(f"{wrong} was answered")
        except urllib.error.HTTPError as error:
            same(error.code, 404, f"the answer to {wrong}")


#: Keeps the largest paint so far, which only an observer is told of.
LARGEST = """new PerformanceObserver((list) => { for (const one of list.getEntries()) window.largest = one.startTime; })
    .observe({type: "largest-contentful-paint", buffered: true});"""


def painted(bed):
    """The times of several loads, each of a browser that has kept nothing."""
    paints = {"first paint": [], "first contentful paint": [], "largest contentful paint": [], "rows": []}
    for _ in range(5):
        with bed.page(settled=False, script=LARGEST) as page:
            page.wait_for_selector(".grid-row .name")
            rows = page.evaluate("performance.now()")
            eventually(page, "window.largest > 0", "the largest paint")
            found = page.evaluate("Object.fromEntries(performance.getEntriesByType('paint').map(one => [one.name, one.startTime]))")
            paints["first paint"].append(found["first-paint"])
            paints["first contentful paint"].append(found["first-contentful-paint"])
            paints["largest contentful paint"].append(page.evaluate("window.largest"))
            paints["rows"].append(rows)
    medians = {name: statistics.median(times) for name, times in paints.items()}
    require(medians["first paint"] < 5000, f"the first paint took {medians['first paint']:.0f} ms")
    told = ", ".join(f"{name} {time:.0f} ms" for name, time in medians.items())
    return f"medians of 5 loads: {told}; {os.getloadavg()[0]:.1f} processes were running on {os.cpu_count()} processors"


def framed(bed):
    """What is painted before any module has run is what the modules go on with."""
    links = "[...document.querySelectorAll('.brand, .top nav a')].map(one => [one.textContent.trim(), one.getAttribute('href')])"
    with bed.page() as page:
        page.wait_for_selector(".grid-row")
        wanted = page.evaluate(links)
        same(page.locator(".opening").count(), 0, "the number of places that still wait to be filled")
    with bed.page(settled=False, block="**/main.js") as page:
        page.wait_for_selector(".opening.list .blanks")
        same(page.evaluate(links), wanted, "the links of the frame")
        bed.picture(page, "frame-light")
        page.goto(bed.server.url + "/#/server")
        page.reload()
        page.wait_for_selector("text=Loading…")
        require(not page.is_visible(".blanks"), "the frame of another view has the table's rows")


CHECKS = [
    ("the page's modules pass the type checker", types),
    ("the page's modules make no markup of texts, and are short", shape),
    ("the page preloads what its first view needs", preloaded),
    ("the page's scripts are small", size),
    ("the page's files are packed, kept by their digest, and under a strict policy", served),
    ("the page's frame is painted before its modules run", framed),
    ("the page is painted at once", painted),
]

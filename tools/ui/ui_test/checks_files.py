"""The page's files: their types, their sizes, and how they are served."""

import gzip
import re
import shutil
import subprocess
import urllib.error
import urllib.request

from checking import Wrong, require
from virtual_environment import CHECKOUT

from .bed import same

PAGE = CHECKOUT / "Sources" / "WebUI" / "Page"
VENDORED = [".build/assets/preact-10.27.2/preact-htm.min.js", ".build/assets/uplot-1.6.31/uplot.iife.min.js"]

#: The most bytes of JavaScript, packed.
MOST_SCRIPT = 250_000


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


def preloaded(_bed):
    index = (PAGE / "index.html").read_text()
    named = set(re.findall(r'rel="modulepreload" href="{{base}}/([^"]+)"', index))
    needed = {str(path.relative_to(PAGE)) for path in imported(PAGE / "main.js", set())}
    same(sorted(named ^ needed), [], "the modules of the first view that index.html does not preload, or the others")
    return f"{len(needed)} modules"


def size(_bed):
    scripts = [*PAGE.rglob("*.js"), *(CHECKOUT / path for path in VENDORED)]
    packed = sum(len(gzip.compress(script.read_bytes(), 9)) for script in scripts)
    require(packed <= MOST_SCRIPT, f"the scripts have {packed:,} bytes packed, more than {MOST_SCRIPT:,}")
    return f"{len(scripts)} scripts, {packed:,} bytes packed"


def ask(bed, target, **headers):
    request = urllib.request.Request(bed.server.url + target, headers=headers)
    with urllib.request.urlopen(request) as answer:
        return answer.headers, answer.read()


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


def painted(bed):
    with bed.page() as page:
        page.wait_for_selector(".grid-row")
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        rows = page.evaluate("performance.now()")
    require(paint < 5000, f"the first paint took {paint:.0f} ms")
    return f"first paint {paint:.0f} ms after the request, rows at most {rows:.0f} ms"


CHECKS = [
    ("the page's modules pass the type checker", types),
    ("the page's modules make no markup of texts, and are short", shape),
    ("the page preloads what its first view needs", preloaded),
    ("the page's scripts are small", size),
    ("the page's files are packed, kept by their digest, and under a strict policy", served),
    ("the page is painted at once", painted),
]

"""Whoever uses the page, and whatever names they are shown."""

from checking import Wrong, require

from .accessibility import faults
from .bed import HOSTILE, eventually, same


def accessible(bed):
    rich = f"#/session/{bed.rich.id}"
    ids = ",".join(trainer.id for trainer in bed.study[:5])
    views = {
        "#/sessions": ".grid-row",
        "#/sessions?by=experiment": "tbody tr",
        rich: ".chart canvas",
        rich + "?tab=overview": ".markdown",
        rich + "?tab=epochs": "tbody tr",
        rich + "?tab=checkpoints": "tbody tr",
        rich + "?tab=media": "img",
        rich + "?tab=logs": ".log-line",
        rich + "?tab=events&past=1": "tbody tr",
        rich + "?tab=configuration": "tbody tr",
        rich + "?tab=code": ".diff .added",
        f"#/compare?ids={ids}": ".chart canvas",
        f"#/compare?ids={ids}&tab=differences": "tbody tr",
        f"#/compare?ids={ids}&tab=parallel": "svg path",
        f"#/compare?ids={ids}&tab=scatter": ".drawing circle",
        f"#/compare?ids={ids}&tab=correlation": "tbody tr",
        "#/create": "aside button",
        "#/webhooks": "h1",
        "#/alerts?status=all": "tbody tr",
        "#/alerts?tab=rules": "tbody tr",
        "#/notifications": "li",
        rich + "?tab=alerts": "tbody tr",
        "#/server": "tbody tr",
    }
    # Something to notify people of.
    bed.session("over").finish()
    found = []
    # Both themes have the same elements: in the short form, each view is judged in one of them.
    light, dark = (views, views) if bed.is_full else (dict(list(views.items())[start::2]) for start in (0, 1))
    for theme, some in (("light", light), ("dark", dark)):
        with bed.page(theme=theme) as page:
            for view, there in some.items():
                page.goto(bed.server.url + "/" + view)
                page.wait_for_selector(there, state="attached")
                found += faults(page, f"{theme} {view[:90]}")
    if found:
        raise Wrong("\n".join(found))
    return f"{len(light) + len(dark)} views"


def hostile(bed):
    trainer = bed.session(
        HOSTILE,
        experiment=HOSTILE,
        group=HOSTILE,
        tags=[HOSTILE],
        notes=HOSTILE + f"\n\n[x](javascript:alert(1)) `{HOSTILE}` **{HOSTILE}**",
        params={"p": HOSTILE, HOSTILE: 1},
        monitor=HOSTILE,
    )
    trainer.points(HOSTILE, [1, 2, 3], [1.0, float("nan"), 3.0])
    trainer.epoch(1, 3, **{HOSTILE: 0.5})
    trainer.log(HOSTILE, "\x1b[31mred\x1b[0m")
    trainer.host(**{"cpu_percent": 5.0})
    name = HOSTILE.replace("/", "-")
    trainer.artifact(name + ".txt", b"text", "text/plain", kind=HOSTILE[:50], key=HOSTILE, step=1)
    trainer.artifact("page.html", HOSTILE.encode(), "text/html", kind="image", key="page", step=1)
    trainer.artifact(
        "svg.svg",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="window.pwned=1"><script>window.pwned=1</script></svg>',
        "image/svg+xml",
        kind="figure",
        key="svg",
        step=1,
    )
    table = (
        '{"format": "pivot.table", "version": 1, "row_count": 1, '
        '"columns": [{"name": "%s", "type": "text", "values": ["%s"]}]}'
        % (HOSTILE, HOSTILE)
    )
    trainer.artifact("t.json", table.encode(), "application/json", kind="table", key=HOSTILE)
    trainer.artifact("provenance/git.diff", ("+" + HOSTILE).encode(), "text/plain")
    trainer.post("/provenance", {"attempt": trainer.attempt, "facts": {HOSTILE: HOSTILE}})
    trainer.finish("failed", HOSTILE)
    here = f"#/session/{trainer.id}"
    tabs = (
        *("charts", "overview", "epochs", "checkpoints", "media", "logs"),
        *("events", "configuration", "code", "host", "alerts"),
    )
    views = [
        "#/sessions",
        "#/sessions?by=experiment",
        "#/sessions?by=tags&columns=params.p",
        *(f"{here}?tab={tab}" for tab in tabs),
        here + "?past=1",
        *(
            f"#/compare?ids={trainer.id},{bed.rich.id}&tab={tab}&color=params.p"
            for tab in ("curves", "differences", "parallel", "scatter", "correlation", "images")
        ),
        f"#/create?from={trainer.id}",
        "#/alerts?status=all",
        "#/alerts?tab=rules&id=" + HOSTILE,
        "#/notifications",
        "#/audit?position=1&session=" + HOSTILE,
        "#/webhooks?id=" + HOSTILE.replace("#", ""),
        "#/sessions?filter=" + HOSTILE,
    ]
    with bed.page() as page:
        for view in views:
            page.goto("about:blank")
            page.goto(bed.server.url + "/" + view)
            page.wait_for_selector("main *")
            page.wait_for_timeout(1000 if bed.is_full else 150)
            require(page.evaluate("window.pwned === undefined"), f"a script ran in {view}")
            same(
                page.evaluate(
                    "document.querySelectorAll('main script, main img[src=x], main [onerror], main [onload]').length"
                ),
                0,
                f"the foreign elements in {view}",
            )
        page.goto(bed.server.url + "/" + here)
        eventually(page, f"document.querySelector('h1')?.textContent === {HOSTILE!r}", "the name, as a text")
        page.goto(bed.server.url + "/" + here + "?tab=logs")
        eventually(page, f"document.querySelector('.log').textContent.includes({HOSTILE!r})", "the line, as a text")
    trainer.api.call("DELETE", f"/training/sessions/{trainer.id}")


CHECKS = [
    ("axe finds nothing wrong in any view, light or dark", accessible),
    ("scripts in names, tags, notes, files, lines and metrics stay texts", hostile),
]

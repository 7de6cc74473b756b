"""The audit: proofs are computed in the browser, and what was changed is noticed."""

import json
import re

from checking import require
from virtual_environment import CHECKOUT

from .accessibility import require_accessible
from .audited_log import AuditedLog
from .bed import eventually, same

VECTORS = CHECKOUT / "Tests" / "TransparencyTests" / "PublishedVectorTests.swift"

#: Answers what the page's verifier says of a proof: the hashes it computed, or its words.
JUDGE = """async ([base, name, ...given]) => {
    const proofs = await import(base + "/core/proofs.js");
    try { return (await proofs[name](...given)).map(step => step.parent); } catch (error) { return error.message; } }"""


def published():
    """The vectors of RFC 6962 that the tests of the Swift code have too."""
    source = VECTORS.read_text()

    def part(name):
        return re.search(r"static let " + name + r"\b.*?\n    \]\n", source, re.DOTALL)[0]

    leaves = re.findall(r'"([0-9a-f]*)"', part("leaves"))
    roots = re.findall(r'"([0-9a-f]{64})"', part("roots"))
    proofs = [
        [
            (int(one), int(other), re.findall(r'"([0-9a-f]{64})"', hashes))
            for one, other, hashes in re.findall(r"\(\s*(\d+), (\d+),\s*\[(.*?)\]", part(name), re.DOTALL)
        ]
        for name in ("inclusions", "consistencies")
    ]
    return leaves, roots, *proofs


def vectors(bed):
    leaves, roots, inclusions, consistencies = published()
    require(len(leaves) == 8 and len(roots) == 9, "the vectors are not where they were")
    require(len(inclusions) == 5 and len(consistencies) == 5, "the proofs are not where they were")
    with bed.page("#/server") as page:
        script = page.locator("script[src$='/main.js']").get_attribute("src")
        base = bed.server.url + script.rsplit("/", 1)[0]
        hashes = page.evaluate(
            """async ([base, leaves]) => { const proofs = await import(base + "/core/proofs.js");
            return Promise.all(leaves.map(one => proofs.leafHash(proofs.bytesOfHex(one)))); }""",
            [base, leaves],
        )
        same(hashes[0], roots[1], "the root of one leaf")
        tried = 0
        for index, size, beside in inclusions:
            head = {"size": size, "root": roots[size]}
            proof = {"index": index, "size": size, "hashes": beside}
            steps = page.evaluate(JUDGE, [base, "verifyInclusion", proof, hashes[index], head])
            same(steps[-1:] or [hashes[index]], [roots[size]], f"the root of leaf {index} of {size}")
            for changed in broken(beside):
                words = page.evaluate(
                    JUDGE, [base, "verifyInclusion", {**proof, "hashes": changed}, hashes[index], head]
                )
                require(isinstance(words, str), f"a wrong proof of leaf {index} of {size} is believed")
                tried += 1
        for old, new, between in consistencies:
            heads = [{"size": size, "root": roots[size]} for size in (old, new)]
            proof = {"from": old, "to": new, "hashes": between}
            steps = page.evaluate(JUDGE, [base, "verifyConsistency", proof, *heads])
            same(steps[-1:] or [roots[new]], [roots[new]], f"the root from {old} to {new}")
            for changed in broken(between):
                words = page.evaluate(JUDGE, [base, "verifyConsistency", {**proof, "hashes": changed}, *heads])
                require(isinstance(words, str), f"a wrong proof from {old} to {new} is believed")
                tried += 1
    return f"{len(inclusions) + len(consistencies)} proofs hold, {tried} changed ones do not"


def broken(hashes):
    """Proofs that were cut, prolonged, turned round, or changed in one bit."""
    yield [*hashes, "0" * 64]
    if hashes:
        yield hashes[:-1]
        yield [*hashes[:-1], f"{int(hashes[-1], 16) ^ 1:064x}"]
    if len(hashes) > 1:
        yield hashes[::-1]


def log_for(page, session, count=37):
    """A log that a key of the browser's signs."""
    public = page.evaluate(
        """async () => { window.pair = await crypto.subtle.generateKey({name: "Ed25519"}, true, ["sign", "verify"]);
        return [...new Uint8Array(await crypto.subtle.exportKey("raw", window.pair.publicKey))]; }"""
    )

    def sign(message):
        return bytes(
            page.evaluate(
                """async (message) => [...new Uint8Array(await crypto.subtle.sign({name: "Ed25519"},
                window.pair.privateKey, new Uint8Array(message)))]""",
                list(message),
            )
        )

    return AuditedLog(session, bytes(public), sign, count)


def audited(bed):
    session = bed.rich.id
    with bed.page("#/server") as signer, bed.page() as page:
        log = log_for(signer, session)
        answers = {}

        def reply(route):
            address = route.request.url
            route.fulfill(body=answers.get(address.split("/audit/")[1].split("?")[0]) or log.answer(address))

        page.route("**/api/v1/audit/**", reply)

        def look(query="", fresh=True):
            if fresh:
                page.goto("about:blank")
            page.goto(f"{bed.server.url}/#/audit{query}")

        look()
        page.wait_for_selector("text=This browser looks for the first time")
        page.wait_for_selector(".badge:has-text('verified here')")
        page.fill("[aria-label='Position of the record']", "21")
        page.click("button:has-text('Verify') >> nth=0")
        page.wait_for_selector("text=The record is in the log")
        page.wait_for_selector("text=The digest of salt and payload, computed here")
        same(page.locator(".steps tbody tr").count(), 6, "the steps to the root")
        bed.picture(page, "audit-light")
        require_accessible(page, "audit")
        # A record of no session: its header comes from the tile.
        look("?position=30")
        page.wait_for_selector("dd:has-text('webhook/hook_1')")
        look(f"?session={session}")
        page.wait_for_selector("text=All 34 records of the session are in the log")
        # The events of a session that has the records of this log.
        event = {"stream": f"session/{session}", "type": "session.epoch_completed", "actor": "trainer", "data": {}}
        events = [json.dumps({"recorded_at": "2026-11-29T12:00:00Z", **event, "position": place}) for place in (1, 2, 99)]
        page.route("**/events?stream=session*", lambda route: route.fulfill(body="\n".join(events)))
        page.goto(f"{bed.server.url}/#/session/{session}?tab=events")
        page.click("text=Verify all")
        page.wait_for_selector("tr:has-text('not signed yet')")
        same(page.locator("a.badge:has-text('proven')").count(), 2, "the records that are proven")
        # The log grows, and continues what was seen.
        for _ in range(9):
            log.append()
        look()
        page.wait_for_selector("text=Nothing was changed or removed")
        page.click("summary:has-text('Each hash')")
        page.wait_for_selector("text=the root >> nth=-1")
        changes(page, log, answers, look, session)
        bed.picture(page, "audit-changed-light")


def changes(page, log, answers, look, session):
    """What a server could change, and what the page says of it."""
    # A signature over another head.
    head = log.head()
    answers["tree-head"] = json.dumps({**head, "note": head["note"].replace("\n46\n", "\n45\n"), "size": 45})
    look()
    page.wait_for_selector("text=is not one of this tree head")
    answers.clear()
    # A payload, in a record that stays.
    log.records[20]["payload"] = b"payload 22"
    look("?position=21")
    page.wait_for_selector("text=the payload was changed")
    look(f"?session={session}")
    page.wait_for_selector(".note.bad:has-text('the payload was changed')")
    log.records[20]["payload"] = b"payload 21"
    # A record in the past, with a tree that was made anew.
    kept = log.records[4]["header"]
    log.records[4]["header"] = kept[:-1] + b"x"
    log.append()
    look()
    page.wait_for_selector(".badge:has-text('not continued')")
    log.records[4]["header"] = kept
    # Fewer records than were seen.
    log.records = log.records[:40]
    look()
    page.wait_for_selector("text=This browser has seen 46 records, and now there are 40")
    page.click("text=Forget what was seen")
    page.click("dialog button:has-text('Forget')")
    page.wait_for_selector("text=Nothing was changed or removed")
    eventually(page, "JSON.parse(localStorage.getItem('pivot.audit')).size === 40", "what is kept now")


CHECKS = [
    ("the published vectors of RFC 6962 are verified in the browser, and changed ones refused", vectors),
    ("the audit proves records, and tells what was changed since this browser last looked", audited),
]

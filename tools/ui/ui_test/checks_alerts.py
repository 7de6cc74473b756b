"""Alerts, their rules, and notifications."""

import math

from checking import require

from .bed import HOSTILE, eventually, same

#: The number of notifications that the bar at the top says are not read.
UNREAD = "Number(document.querySelector('.bell b')?.textContent ?? 0)"


def rules(bed):
    with bed.page("#/alerts?tab=rules") as page:
        page.click("text=New rule")
        page.fill("dialog label:has-text('Name') input >> nth=0", "too high")
        page.fill("dialog label:has-text('Name of what is watched') input", "guarded_*")
        page.fill("dialog label:has-text('Threshold') input", "3")
        page.fill("dialog label:has-text('Over again at') input", "4")
        page.click("dialog button:has-text('Create')")
        page.wait_for_selector("dialog >> text=resolve_threshold")
        page.fill("dialog label:has-text('Over again at') input", "2")
        page.click("dialog button:has-text('Create')")
        page.wait_for_selector("text=guarded_* is above 3, until it is back at 2")
        row = "tr:has-text('guarded_*')"
        page.click(row + " >> button:has-text('Edit')")
        page.fill("dialog label:has-text('Threshold') input", "5")
        page.locator("dialog select").last.select_option("critical")
        page.click("dialog button:has-text('Save')")
        page.wait_for_selector("text=guarded_* is above 5, until it is back at 2")
        rule = next(one for one in bed.api.get("/alerts/rules")["rules"] if one["name"] == "too high")
        same((rule["threshold"], rule["severity"], rule["metric"]), (5, "critical", "guarded_*"), "the rule")
        page.click(row + " >> button:has-text('Disable')")
        page.wait_for_selector(row + " >> .badge:has-text('disabled')")
        page.click(row + " >> button:has-text('Enable')")
        page.wait_for_selector(row + " >> .badge:has-text('enabled')")
        bed.picture(page, "rules-light")
        page.click("text=New rule")
        page.fill("dialog label:has-text('Name') input >> nth=0", "silent")
        page.locator("dialog select").first.select_option("lifecycle")
        page.fill("dialog label:has-text('Silence') input", "90")
        page.click("dialog button:has-text('Create')")
        page.wait_for_selector("text=has reported nothing for 1 min 30 s")
        page.click("tr:has-text('silent') >> button:has-text('Delete')")
        page.click("dialog button:has-text('Delete')")
        page.wait_for_selector("tr:has-text('reported nothing for 1 min 30 s')", state="detached")


def alerts(bed):
    with bed.page("#/alerts?severity=critical") as page:
        trainer = bed.session("watched", experiment="watched")
        trainer.points("guarded_loss", [1], [7.0])
        page.wait_for_selector("td:has-text('too high')")
        page.click("button:has-text('Acknowledge')")
        page.fill("dialog label:has-text('Who') input", "ada")
        page.fill("dialog label:has-text('Remark') input", HOSTILE)
        page.click("dialog button:has-text('Acknowledge')")
        page.wait_for_selector(".badge:has-text('acknowledged')")
        page.wait_for_selector("text=seen by ada")
        eventually(page, f"document.querySelector('main').textContent.includes({HOSTILE!r})", "the remark, as a text")
        require(page.evaluate("window.pwned === undefined"), "a script ran in a remark")
        bed.picture(page, "alerts-light")
        # It is over by itself, which the feed tells; then another one, by hand.
        trainer.points("guarded_loss", [2], [1.0])
        page.wait_for_selector("text=No alert matches")
        page.select_option("[aria-label=Status]", "all")
        page.wait_for_selector("text=recovered")
        other = bed.session("watched too", experiment="watched")
        other.points("guarded_loss", [1], [9.0])
        page.wait_for_selector("td:has-text('active')")
        page.click("tr:has-text('active') >> button:has-text('Resolve')")
        page.click("dialog button:has-text('Resolve')")
        page.wait_for_selector("text=by hand, ada")
        page.goto(f"{bed.server.url}/#/session/{trainer.id}?tab=alerts")
        page.wait_for_selector("td:has-text('too high')")
        page.click("text=Watch this session")
        page.wait_for_selector(f"dialog >> text=Only the session {trainer.id} is watched")
        page.click("dialog button:has-text('Cancel')")
        trainer.finish()
        other.finish()


def notifications(bed):
    with bed.page("#/sessions") as page:
        bed.api.call("DELETE", "/notifications")
        trainer = bed.session(HOSTILE, experiment="told")
        trainer.points("a_loss", [1], [math.nan])
        trainer.finish("failed", "out of memory")
        eventually(page, UNREAD + " >= 2", "the number of notifications")
        page.click(".bell")
        page.wait_for_selector("li.unread:has-text('out of memory')")
        require(page.evaluate("window.pwned === undefined"), "a script ran in a notification")
        bed.picture(page, "notifications-light")
        before = page.evaluate(UNREAD)
        page.click("li:has-text('out of memory') >> text=mark as read")
        eventually(page, f"{UNREAD} === {before - 1}", "one fewer")
        page.check("text=not read")
        eventually(page, "!document.querySelector('main').textContent.includes('out of memory')", "only what is not read")
        page.uncheck("text=not read")
        page.select_option("[aria-label=About]", "alert")
        page.wait_for_selector("li:has-text('a_loss')")
        page.click("text=Mark all as read")
        eventually(page, UNREAD + " === 0", "none that is not read")
        page.select_option("[aria-label=About]", "")
        page.click("li:has-text('out of memory') >> a")
        page.wait_for_selector(".badge.failed")
        page.go_back()
        page.click("text=Clear all")
        page.wait_for_selector("text=There is no notification")
        bed.api.call("DELETE", f"/training/sessions/{trainer.id}")


CHECKS = [
    ("alert rules are made, changed, disabled and deleted", rules),
    ("alerts come live, are acknowledged and resolved", alerts),
    ("notifications are counted live, read and cleared", notifications),
]

"""What happens elsewhere is shown without a reload, also after the server was gone."""

from checking import require

from .bed import eventually, same


def table(bed):
    with bed.page("#/sessions?filter=experiment+%3D+live") as page:
        page.wait_for_selector("text=No session matches")
        page.evaluate("window.stays = 1")
        trainer = bed.session("live one", experiment="live", epochs=10)
        page.wait_for_selector("text=live one")
        trainer.epoch(1, 10, val_dice=0.25)
        eventually(page, "document.querySelector('#row-0').textContent.includes('1/10')", "the first epoch")
        # With the pointer over the table its order stays, and its values change.
        page.hover("#row-0")
        other = bed.session("live two", experiment="live", epochs=10)
        page.wait_for_selector("text=The order has changed")
        trainer.epoch(2, 20, val_dice=0.5)
        eventually(
            page, "document.querySelector('#row-0').textContent.includes('2/10')", "the second epoch, in the same row"
        )
        page.mouse.move(5, 5)
        eventually(page, "document.querySelector('#row-0 .name').textContent === 'live two'", "the new order")
        same(page.evaluate("window.stays"), 1, "the mark of a page that was not loaded again")
        trainer.finish()
        other.finish()
        eventually(page, "document.querySelectorAll('.badge.completed').length === 2", "the ends")


def session(bed):
    trainer = bed.session("live charts", epochs=10)
    with bed.page(f"#/session/{trainer.id}") as page:
        page.wait_for_selector("text=No metric has been reported yet")
        trainer.points("loss", range(1, 11), [1 / step for step in range(1, 11)])
        eventually(
            page,
            "/ 10 points/.test(document.querySelector('.chart .plot')?.getAttribute('aria-label'))",
            "the chart with the first points",
        )
        trainer.points("loss", range(11, 21), [1 / step for step in range(11, 21)])
        eventually(
            page,
            "/ 20 points/.test(document.querySelector('.chart .plot').getAttribute('aria-label'))",
            "the next points",
        )
        page.click(".tabs >> text=Log")
        trainer.log("a first line")
        page.wait_for_selector("text=a first line")
        trainer.log("a second line")
        page.wait_for_selector("text=a second line")
        page.click(".tabs >> text=Charts")
        trainer.finish()
        page.wait_for_selector(".badge.completed")


def restarted(bed):
    trainer = bed.session("goes on", experiment="restart", epochs=10)
    with bed.page("#/sessions?filter=experiment+%3D+restart") as page:
        page.wait_for_selector("text=goes on")
        bed.server.kill()
        page.wait_for_selector(".connection.lost")
        require("goes on" in page.inner_text("main"), "what was shown is gone while the server is")
        bed.server.start()
        trainer.epoch(1, 10, val_dice=0.5)
        page.wait_for_selector(".connection.live")
        eventually(page, "document.querySelector('#row-0').textContent.includes('1/10')", "what happened meanwhile")
        trainer.finish()
        page.wait_for_selector(".badge.completed")


CHECKS = [
    ("the table follows what happens, and no row jumps away from the pointer", table),
    ("charts and log of a session grow", session),
    ("the page goes on after a restart of the server", restarted),
]

"""What notebooks show of sessions."""

import math
import xml.dom.minidom

import pivot_tracker as pivot
from pivot_tracker.notebook import SessionCard, SessionTable, card_of, sparkline, table_of, thinned

EVIL = "<script>alert(1)</script>'\"&"


def parsed(text):
    """The HTML, which must be well-formed XML too."""
    return xml.dom.minidom.parseString(f"<html>{text}</html>")


def test_every_text_is_escaped_and_no_script_can_be_told():
    document = {
        "session_name": EVIL, "session_id": EVIL, "status": EVIL, "message": EVIL, "progress": math.nan,
        "current_epoch": EVIL, "params": {EVIL: EVIL}, "total_epochs": EVIL, "latest_metrics": {EVIL: EVIL},
    }
    for link in (EVIL, "javascript:alert(1)", f"https://example.org/{EVIL}"):
        for shown in (SessionCard(document, {EVIL: [1.0, 2.0]}, link), SessionTable([document], link)):
            page = parsed(shown._repr_html_())
            assert page.getElementsByTagName("script") == []
            assert all(anchor.getAttribute("href").startswith("https://") for anchor in page.getElementsByTagName("a"))


def test_curves_have_gaps_where_values_are_not_finite_and_keep_spikes():
    page = parsed(sparkline([1.0, 2.0, math.nan, 3.0, math.inf, 4.0]))
    assert len(page.getElementsByTagName("polyline")) == 3
    for values in ([], [math.nan], [0.0], [1.7e308, -1.7e308], [5e-324, 5e-324]):
        text = sparkline(values)
        parsed(text)
        assert "nan" not in text and "inf" not in text
    spiked = [0.0] * 100_000
    spiked[54_321] = 9.0
    assert len(thinned(spiked)) == 200 and max(thinned(spiked)) == 9.0


def test_a_session_and_a_list_show_what_the_server_knows(server):
    with pivot.session("a <b> c", config={"lr": 1e-3, "net": {"layers": [64, 32]}}, base_url=server.url + "/api/v1") as session:
        for step in range(300):
            session.log({"loss": 1 / (step + 1)}, step=step)
        session.epoch(1, {"val_loss": 0.25})
    page = session._repr_html_()
    parsed(page)
    assert "a &lt;b&gt; c" in page and "completed" in page and "0.2500" in page
    assert "lr 0.001" in page and "net.layers [64, 32]" in page
    assert card_of(session.base_url, session.session_id).document["session_id"] == session.session_id
    table = table_of(session.base_url)
    assert len(table) == 1 and session.session_id in table._repr_html_()
    server.end()
    assert "No answer from" in session._repr_html_()

"""What axe says of a page."""

from axe_playwright_python.sync_playwright import Axe
from checking import Wrong

#: What axe must find nothing wrong with.
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


def faults(page, place):
    """What is wrong with what the page shows, each as a line that begins with `place`."""
    found = []
    for fault in Axe().run(page, options=RULES).response["violations"]:
        places = "; ".join(node["html"][:160] for node in fault["nodes"][:3])
        found.append(f"{place}: {fault['id']} ({len(fault['nodes'])}): {places}")
    return found


def require_accessible(page, place):
    """Raises `Wrong` when axe finds something wrong, in the light or in the dark."""
    found = []
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        found += faults(page, f"{theme} {place}")
    if found:
        raise Wrong("\n".join(found))

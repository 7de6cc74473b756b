"""What pages of other sites, and files that were uploaded, can do in a browser of somebody who runs a server."""

from attack import API, Tally, case

SCRIPT = b"<script>fetch('/api/v1/training/sessions', {method: 'POST'})</script>"
# Types that browsers show without running anything.
INERT = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "text/plain", "text/plain; charset=utf-8", "text/csv",
         "application/json", "audio/mpeg", "video/mp4", "IMAGE/PNG"]
# Types that run code in some browser, or make it guess, or are no types.
ACTIVE = ["text/html", "text/xsl", "text/xml", "application/xml", "application/xhtml+xml", "image/svg+xml", "application/pdf",
          "text/javascript", "application/xslt+xml", "multipart/x-mixed-replace", "message/rfc822", "text/css", "text/markdown",
          "application/octet-stream", "text/plain, text/html", "text/plain;a=b, text/html", "video/mp4, text/html", "video",
          "image/png text/html", "x", "text/cache-manifest", "application/x-shockwave-flash"]
FOREIGN = {"Sec-Fetch-Site": "cross-site"}
IMAGE = {**FOREIGN, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
LINK = {**FOREIGN, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
FRAME = {**FOREIGN, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
ALLOWED = "http://dashboard.example"


def is_contained(answer):
    """Whether a browser that takes the answer for a page runs nothing of it and gives it no origin."""
    policy = answer.headers.get("Content-Security-Policy", "")
    return "sandbox" in policy and "default-src 'none'" in policy and "allow-scripts" not in policy \
        and answer.headers.get("X-Content-Type-Options") == "nosniff"


@case("an uploaded file is shown by browsers only when it cannot run, and every answer is contained")
def uploaded_files(server):
    """An artifact of each type, a checkpoint, an error, and the answer to HEAD."""
    tally, session = Tally(), server.create_session()
    for number, kind in enumerate(INERT + ACTIVE):
        path = f"{API}/training/sessions/{session}/artifacts/{number}"
        stored = server.request("PUT", path, SCRIPT, {"Content-Type": kind})
        tally.check(stored.status == 201, f"{kind} cannot be stored: {stored.status}")
        for method in ("GET", "HEAD"):
            answer = server.request(method, path)
            shown = answer.headers.get("Content-Disposition", "").startswith("inline")
            tally.check(shown == (kind in INERT), f"{kind} is {'inline' if shown else 'an attachment'}")
            tally.check(is_contained(answer), f"{kind} is answered with {answer.headers.items()}")
    target = f"{API}/checkpoints?session_id={session}&epoch=1&filename=a.html"
    stored = server.request("POST", target, SCRIPT, {"Content-Type": "application/octet-stream"})
    for target in (f"{API}/checkpoints/{stored.json['checkpoint_id']}/download", "/nothing%3Cscript%3E", API + "/events"):
        tally.check(is_contained(server.request("GET", target)), f"{target} is not contained")
    page = server.request("GET", "/").headers.get("Content-Security-Policy", "")
    tally.check("frame-ancestors 'none'" in page, "the start page can be put into a frame")
    return tally


@case("a page of another site can make a browser ask for nothing but probes, pages and links", starts_servers=True)
def cross_site(start):
    """Images, frames and links of foreign pages, and what pages of an allowed origin must still be able to do."""
    tally = Tally()
    with start(settings={"allowed_origins": [ALLOWED]}) as server:
        session = server.create_session()
        documents = [f"{API}/training/sessions/{session}", f"{API}/training/sessions"]
        heavy = [f"{API}/events", f"{API}/sse/training/{session}", f"{API}/training/sessions/{session}/export"]
        for target in ["/", "/docs", "/redoc", "/openapi.json", f"{API}/health", f"{API}/ping"]:
            for headers in (IMAGE, LINK, FRAME):
                tally.check(server.request("GET", target, headers=headers).status != 403, f"{target} with {headers}")
        for target in documents + heavy:
            for headers in (IMAGE, FRAME, {**IMAGE, "Referer": "http://foreign.example/page"}):
                answer = server.request("GET", target, headers=headers)
                tally.check((answer.status, answer.code) == (403, "cross_site"), f"{target}: {answer.status} with {headers}")
        for target in documents:
            tally.check(server.request("GET", target, headers=LINK).status == 200, f"a link to {target} is refused")
            own = {**IMAGE, "Referer": ALLOWED + "/page"}
            tally.check(server.request("GET", target, headers=own).status == 200, f"an image of an allowed page: {target}")
        for target in heavy:
            tally.check(server.request("GET", target, headers=LINK).status == 403, f"a link to {target} passes")
        form = {**LINK, "Content-Type": "text/plain"}
        answer = server.request("POST", f"{API}/training/sessions/{session}/start", b"", form)
        tally.check(answer.status == 403, f"a form of a foreign page: {answer.status}")
        with server.connect() as connection:
            connection.sendall(f"GET {API}/sse/training/{session} HTTP/1.1\r\nHost: localhost\r\nOrigin: {ALLOWED}\r\n"
                               "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\n\r\n".encode())
            head = connection.recv(4096)
            tally.check(b" 200 " in head.split(b"\r\n")[0] and ALLOWED.encode() in head, f"EventSource: {head[:200]!r}")
        # Programs, and what a person types, send other values or none.
        for site in (None, "none", "same-origin", "same-site"):
            headers = {"Sec-Fetch-Site": site} if site else {}
            tally.check(server.request("GET", documents[0], headers=headers).status == 200, f"Sec-Fetch-Site: {site}")
    return tally

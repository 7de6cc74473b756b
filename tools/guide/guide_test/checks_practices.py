"""Blocks 17 to 20: errors, retries, pooled connections and rate limits."""

import json
import re

from .checks_training import after, literal
from .program import Program
from .report import check, equal, require
from server_process import free_port


def check_error(body, code, what):
    """Checks that a body is an error with the code, a message and details."""
    equal(sorted(body), ["error"], f"the fields of {what}")
    equal(body["error"]["code"], code, f"the code of {what}")
    require(isinstance(body["error"]["message"], str) and body["error"]["message"], f"{what} has no message: {body}")
    require(isinstance(body["error"]["details"], dict), f"{what} has no details: {body}")


@check("a good request gives its answer", block=17)
def calls_safely(bed):
    result = bed.run(17, epilogue="print(session)")
    equal(len(result.lines), 1, "the number of printed lines")
    session = literal(result.lines[0], "the session")
    equal((session["session_name"], session["status"]), ("guide", "created"), "the session")
    equal(bed.api.session(session["session_id"]), session, "the session that is read back")


def register_error(sentence, call, status, code):
    @check(sentence, block=17)
    def explains(bed):
        lines = bed.run(17, epilogue=f"print('---')\nprint(safe_api_call({call}))").lines
        lines = lines[lines.index("---") + 1:]
        equal(lines[0], f"HTTP error: {status}", "the first line")
        check_error(literal(after(lines[1], "Details: "), "the details"), code, f"the answer {status}")
        equal(lines[2:], ["None"], "the last lines")


register_error("an unknown session is 404 with details",
               "'GET', f'{BASE_URL}/training/sessions/sess_no_such_session'", 404, "not_found")
register_error("an unknown route is 404 with details", "'GET', f'{BASE_URL}/no/such/route'", 404, "not_found")
register_error("a wrong method is 405 with details", "'DELETE', f'{BASE_URL}/health'", 405, "method_not_allowed")
register_error("a missing configuration is 404 with details",
               "'POST', f'{BASE_URL}/training/sessions', json={'config_path': 'configs/none.yaml'}", 404,
               "not_found")
register_error("a configuration outside its folder is 422 with details",
               "'POST', f'{BASE_URL}/training/sessions', json={'config_path': '../configs/train.yaml'}", 422,
               "invalid_field")
register_error("a body that is not JSON is 400 with details",
               "'POST', f'{BASE_URL}/training/sessions', data='{', headers={'Content-Type': 'application/json'}", 400,
               "malformed_request")
register_error("a body of another type is 415 with details",
               "'POST', f'{BASE_URL}/training/sessions', data='a=b', headers={'Content-Type': 'text/plain'}", 415,
               "unsupported_media_type")
register_error("a limit of 0 is 422 with details",
               "'GET', f'{BASE_URL}/training/sessions/{session[\"session_id\"]}/metrics', params={'limit': 0}", 422,
               "invalid_field")
register_error("a foreign origin is 403 with details",
               "'GET', f'{BASE_URL}/health', headers={'Origin': 'https://example.org'}", 403, "foreign_origin")


@check("a server that is not there is reported as such", block=17)
def calls_nobody(bed):
    program = Program(bed.guide.at(f"127.0.0.1:{free_port()}").program(17, epilogue="print(session)"))
    equal(program.finish().lines, ["Failed to connect to API server", "None"], "the printed lines")


@check("a good request is not retried", block=18)
def does_not_retry(bed):
    lines = bed.run(18, epilogue="print(session)").lines
    equal(len(lines), 1, "the number of printed lines")
    session = literal(lines[0], "the session")
    equal(bed.api.session(session["session_id"]), session, "the session that is read back")


@check("a refused request is retried and then raises", block=18)
def retries(bed):
    epilogue = ("address = f'{BASE_URL}/training/sessions/' + session['session_id'] + '/no-such-route'\n"
                "api_call_with_retry('POST', address)")
    result = bed.run(18, epilogue=epilogue, code=1, errors_allowed=True)
    equal(result.lines, ["Request failed, retrying in 1s...", "Request failed, retrying in 2s..."], "the printed lines")
    require("404 Client Error" in result.errors, f"the error is not the refusal:\n{result.describe()}")


@check("a pooled connection is kept and used again", block=19)
def pools(bed):
    epilogue = ("print(response.status_code, response.json()['status'])\n"
                "for _ in range(20): response = session.get(f'{BASE_URL}/health')\n"
                "pools = session.get_adapter(BASE_URL).poolmanager.pools\n"
                "print([(pools[key].num_connections, pools[key].num_requests) for key in pools.keys()])")
    equal(bed.run(19, epilogue=epilogue).lines, ["200 healthy", "[(1, 21)]"], "the printed lines")


@check("a limited request waits as long as the server asks and then succeeds", block=20)
def waits_for_the_limit(bed):
    epilogue = ("for _ in range(200):\n"
                "    response = requests.get(f'{BASE_URL}/training/sessions')\n"
                "    if response.status_code == 429: break\n"
                "print(response.status_code, response.headers, sep='\\t')\n"
                "print(response.text.replace('\\n', ' '))\n"
                "print(api_call_with_rate_limit('GET', f'{BASE_URL}/training/sessions'))\n")
    program = Program(bed.guide.at(bed.limited_address).program(20, epilogue=epilogue))
    lines = program.finish(90).lines
    status, headers = lines[0].split("\t", 1)
    equal(status, "429", "the status of a limited request")
    for name, pattern in (("Retry-After", r"[1-9]\d*"), ("X-RateLimit-Limit", r"[1-9]\d*"),
                          ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", r"\d+")):
        found = re.search(rf"'{name}': '([^']*)'", headers, re.IGNORECASE)
        require(found and re.fullmatch(pattern, found[1]), f"{name} is {found and found[1]!r} in {headers}")
    check_error(json.loads(lines[1]), "rate_limited", "the answer 429")
    waits = [line for line in lines[2:-1] if re.fullmatch(r"Rate limited, waiting [1-9]\d*s\.\.\.", line)]
    require(waits and waits == lines[2:-1], f"the waits are {lines[2:-1]}")
    require(len(waits) <= 3, f"Retry-After was too short {len(waits)} times")
    require("sessions" in literal(lines[-1], "the last answer"), f"the last answer is {lines[-1]}")


@check("a client on this machine is not limited by default", block=20)
def is_not_limited(bed):
    epilogue = ("print({api_call_with_rate_limit('GET', f'{BASE_URL}/training/sessions')['total'] >= 0 "
                "for _ in range(700)})\n")
    equal(bed.run(20, epilogue=epilogue).lines, ["{True}"], "the printed lines")

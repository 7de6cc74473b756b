"""A training that logs as fast as it may until it is killed, and tells what it was promised.

usage: python training.py FILE [--resume ID]

Appends a line to FILE for each promise: `session ID`, `logged STEP NANOSECONDS` after a call of log, and `flushed STEP`
after a flush. A monotonic clock stamps them, which the killer reads too.
"""

import os
import random
import sys
import time

import pivot_tracker as pivot


def main():
    told = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def tell(*words):
        os.write(told, (" ".join(map(str, words)) + "\n").encode())

    source = random.Random(os.getpid())
    resume = sys.argv[3] if sys.argv[2:3] == ["--resume"] else None
    with pivot.session("killed", resume=resume, provenance=False, patience=0.5) as session:
        tell("session", session.session_id)
        step = 0
        while True:
            session.log({"loss": float(step), "accuracy": step / 2}, step=step)
            tell("logged", step, time.monotonic_ns())
            if source.random() < 0.01:
                session.flush()
                tell("flushed", step)
            if source.random() < 0.05:
                time.sleep(source.random() * 0.01)
            step += 1


if __name__ == "__main__":
    main()

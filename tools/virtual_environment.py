"""Virtual environments with pinned packages, made once under .build/."""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent


def python_with(requirements, with_dependencies=True):
    """The Python of the environment that holds the packages of a requirements file, and what they need unless the file
    names all; made when it is not there.

    Ends the process with an explanation when Python is too old or the packages cannot be installed. Two processes may
    ask at once: each makes a folder of its own, and the first to finish gives it the name. Run programs of the packages
    as modules, since their scripts name the folder they were installed in.
    """
    if sys.version_info < (3, 11):
        sys.exit(f"{sys.argv[0]}: Python 3.11 or later is needed; this is {sys.version.split()[0]}.")
    name = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = CHECKOUT / ".build" / "python" / name
    python = folder / "bin" / "python"
    if python.exists():
        return str(python)
    partial = folder.with_name(f"{name}.{os.getpid()}")
    install = [str(partial / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
               *([] if with_dependencies else ["--no-deps"]), "--requirement", str(requirements)]
    for step in ([sys.executable, "-m", "venv", "--symlinks", str(partial)], install):
        result = subprocess.run(step, capture_output=True, text=True)
        if result.returncode != 0:
            shutil.rmtree(partial, ignore_errors=True)
            sys.exit(f"{sys.argv[0]}: '{' '.join(step)}' failed. Install python3-venv and check the connection to the "
                     f"package index. It said:\n{result.stdout}{result.stderr}")
    try:
        partial.rename(folder)
    except OSError:
        shutil.rmtree(partial, ignore_errors=True)
    return str(python)

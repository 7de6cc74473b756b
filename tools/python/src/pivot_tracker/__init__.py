"""The Python client of PIVOT: `import pivot_tracker as pivot`."""

from .beginning import session
from .client import PIVOTClient
from .current import finish, init, log
from .errors import DigestMismatch, PIVOTError, SessionClosed, SpoolError, Unreachable
from .session import ResumeState, Session, Stats
from .version import __version__

__all__ = [
    "DigestMismatch", "PIVOTClient", "PIVOTError", "ResumeState", "Session", "SessionClosed", "SpoolError", "Stats",
    "Unreachable", "__version__", "finish", "init", "log", "session",
]

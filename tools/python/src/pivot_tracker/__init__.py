"""The Python client of PIVOT: `import pivot_tracker as pivot`."""

from .client import PIVOTClient
from .errors import DigestMismatch, PIVOTError, SessionClosed, SpoolError, Unreachable
from .session import ResumeState, Session, Stats, session

__all__ = [
    "DigestMismatch", "PIVOTClient", "PIVOTError", "ResumeState", "Session", "SessionClosed", "SpoolError", "Stats",
    "Unreachable", "session",
]

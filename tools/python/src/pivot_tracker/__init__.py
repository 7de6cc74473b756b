"""The Python client of PIVOT: `import pivot_tracker as pivot`."""

from .session import Session, session

__all__ = ["Session", "session"]

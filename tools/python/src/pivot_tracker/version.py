"""The version of this client, which is that of the server it belongs to."""

#: As `pivot version` tells it. pyproject.toml reads this line, so it must stay a plain assignment.
__version__ = "0.1.0"

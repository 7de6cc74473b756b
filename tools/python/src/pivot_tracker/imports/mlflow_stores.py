"""MLflow's stores: a file of SQLite, a folder, or a server; `mlflow_runs` says what becomes of a run."""

from __future__ import annotations

import os
import pathlib
from typing import Callable, Iterator, Union
from urllib.parse import unquote, urlsplit

from .mlflow_folder import FolderStore, is_store
from .mlflow_runs import groups, source_run
from .mlflow_server import ServerStore
from .mlflow_sqlite import SIGNATURE, SQLiteStore
from .source import Finding, SourceRun, UnreadableSource

Store = Union[SQLiteStore, FolderStore, ServerStore]


def store_at(location: str) -> Store:
    """The store that a path or a URI names. Raises `UnreadableSource`."""
    parts = urlsplit(location)
    if parts.scheme in ("http", "https"):
        return ServerStore(location)
    if parts.scheme == "sqlite":
        # sqlite:///relative and sqlite:////absolute, as SQLAlchemy has them.
        return _file(pathlib.Path(unquote(location[len("sqlite:///"):].partition("?")[0])))
    if parts.scheme == "file":
        return _file(pathlib.Path(unquote(parts.path)))
    if "://" in location:
        raise UnreadableSource(
            f"{parts.scheme}: is no store that can be read here. Start `mlflow server --backend-store-uri` with it, and import from its "
            "http:// address.")
    return _file(pathlib.Path(location))


def _file(path: pathlib.Path) -> Store:
    if path.is_file():
        with open(path, "rb") as file:
            if file.read(len(SIGNATURE)) != SIGNATURE:
                raise UnreadableSource(f"{path} is no file of SQLite. Name MLflow's mlflow.db, its folder mlruns, or its server's address.")
        return SQLiteStore(path)
    if not path.is_dir():
        raise UnreadableSource(f"There is no file or folder {path}.")
    if is_store(path):
        return FolderStore(path)
    if (path / "mlflow.db").is_file():
        return SQLiteStore(path / "mlflow.db")
    if (path / "mlruns").is_dir() and is_store(path / "mlruns"):
        return FolderStore(path / "mlruns")
    raise UnreadableSource(f"{path} has no experiments of MLflow: name the folder mlruns, a mlflow.db, or a server's address.")


def runs(location: str, find: Callable[[Finding], None], told: Callable[[int, int], None]) -> Iterator[SourceRun]:
    """The runs of a store, one after another. Raises `UnreadableSource`."""
    store = store_at(location)
    try:
        heads = store.heads()
        for finding in store.findings:
            find(finding)
        if store.left_out:
            find(Finding(f"{store.left_out:,} deleted runs were left out.", location, is_note=True))
        grouped = groups(heads)
        for count, head in enumerate(heads):
            told(count, len(heads))
            store.load(head)
            yield source_run(head, grouped.get(head.run_id))
            # What was brought need not stay in memory.
            head.metrics, head.files, head.models = {}, [], {}
        told(len(heads), len(heads))
        for place, number in store.elsewhere.items():
            remedy = "import from MLflow's server, which can read them" if place.endswith(":") and os.sep not in place else "move them back there"
            find(Finding(f"The artifacts of {number:,} runs were left out: they are in {place}; to have them, {remedy}, and import again.", location))
    finally:
        store.close()

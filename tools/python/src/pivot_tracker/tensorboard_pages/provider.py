"""TensorBoard's interface to its data, `tensorboard.data.provider.DataProvider`, answered from PIVOT.

Every method answers for all sessions of the list, or for the runs and tags that TensorBoard asks for. A failure of PIVOT becomes
an answer of TensorBoard's with PIVOT's message in it.
"""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, TypeVar

import numpy
from tensorboard import errors
from tensorboard.data import provider
from tensorboard.plugins.histogram import metadata as histogram_metadata
from tensorboard.plugins.hparams import metadata as hparams_metadata
from tensorboard.plugins.image import metadata as image_metadata
from tensorboard.plugins.scalar import metadata as scalar_metadata
from tensorboard.plugins.text import metadata as text_metadata

from ..errors import PIVOTError
from . import media, scalars, texts
from .hparams import hparams_of
from .sessions import Listing, Sessions, Shown

Value = TypeVar("Value")
ByRun = Dict[str, Dict[str, Any]]

#: Stands for the width and the height, which precede a picture's samples and which TensorBoard does not read.
_NO_BLOB = "none"


class PIVOTFailed(errors.PublicError):  # type: ignore[misc]
    """PIVOT refused a call or could not be reached."""

    http_code = 503


class PIVOTDataProvider(provider.DataProvider):  # type: ignore[misc]
    """The sessions that a filter chooses, as TensorBoard's runs. All threads may use it."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def __str__(self) -> str:
        return f"PIVOTDataProvider({description_of(self._sessions)})"

    # What there is

    def experiment_metadata(self, ctx: object = None, *, experiment_id: str) -> Any:
        with _told():
            listing = self._sessions.listing()
            return provider.ExperimentMetadata(data_location=description_of(self._sessions, listing))

    def list_plugins(self, ctx: object = None, *, experiment_id: str) -> List[str]:
        lists: Dict[str, Callable[[Shown], Mapping[str, Any]]] = {
            scalar_metadata.PLUGIN_NAME: lambda session: scalars.series_of(self._sessions, session),
            hparams_metadata.PLUGIN_NAME: lambda session: hparams_of(self._sessions, session),
            image_metadata.PLUGIN_NAME: lambda session: media.pictures_of(self._sessions, session),
            histogram_metadata.PLUGIN_NAME: lambda session: media.histograms_of(self._sessions, session),
            text_metadata.PLUGIN_NAME: lambda session: texts.own_texts_of(self._sessions, session),
        }
        return [name for name, those in lists.items() if self._of_runs(None, those)]

    def list_runs(self, ctx: object = None, *, experiment_id: str) -> List[Any]:
        with _told():
            shown = self._sessions.listing().by_run
            return [provider.Run(run_id=session.id, run_name=run, start_time=session.started) for run, session in shown.items()]

    # Scalars

    def list_scalars(
        self, ctx: object = None, *, experiment_id: str, plugin_name: str, run_tag_filter: Optional[Any] = None
    ) -> ByRun:
        if plugin_name != scalar_metadata.PLUGIN_NAME:
            return {}

        def of(session: Shown) -> Dict[str, Any]:
            series = _wanted(run_tag_filter, scalars.series_of(self._sessions, session))
            return {tag: _described(provider.ScalarTimeSeries, one.last_step, session) for tag, one in series.items()}

        return self._of_runs(run_tag_filter, of)

    def read_scalars(
        self, ctx: object = None, *, experiment_id: str, plugin_name: str, downsample: Optional[int] = None,
        run_tag_filter: Optional[Any] = None,
    ) -> ByRun:
        if plugin_name != scalar_metadata.PLUGIN_NAME:
            return {}

        def of(session: Shown) -> Dict[str, Any]:
            series = _wanted(run_tag_filter, scalars.series_of(self._sessions, session))
            return {
                tag: [_scalar(point) for point in scalars.points_of(self._sessions, session, one, downsample)]
                for tag, one in series.items()
            }

        return self._of_runs(run_tag_filter, of)

    def read_last_scalars(
        self, ctx: object = None, *, experiment_id: str, plugin_name: str, run_tag_filter: Optional[Any] = None
    ) -> ByRun:
        if plugin_name != scalar_metadata.PLUGIN_NAME:
            return {}

        def of(session: Shown) -> Dict[str, Any]:
            points = _wanted(run_tag_filter, scalars.last_points_of(self._sessions, session))
            return {tag: _scalar(point) for tag, point in points.items()}

        return self._of_runs(run_tag_filter, of)

    # Tensors: histograms, texts, and the metadata of the HParams page

    def list_tensors(
        self, ctx: object = None, *, experiment_id: str, plugin_name: str, run_tag_filter: Optional[Any] = None
    ) -> ByRun:
        def of_hparams(session: Shown) -> Dict[str, Any]:
            contents = _wanted(run_tag_filter, hparams_of(self._sessions, session))
            return {tag: _described(provider.TensorTimeSeries, 0, session, content) for tag, content in contents.items()}

        def of_histograms(session: Shown) -> Dict[str, Any]:
            found = _wanted(run_tag_filter, media.histograms_of(self._sessions, session))
            return {tag: _described(provider.TensorTimeSeries, max(steps), session) for tag, steps in found.items()}

        def of_texts(session: Shown) -> Dict[str, Any]:
            found = {tag: max(steps) for tag, steps in texts.texts_of(self._sessions, session).items()}
            found.update(dict.fromkeys(texts.own_texts_of(self._sessions, session), 0))
            return {tag: _described(provider.TensorTimeSeries, last, session) for tag, last in _wanted(run_tag_filter, found).items()}

        lists = {
            hparams_metadata.PLUGIN_NAME: of_hparams, histogram_metadata.PLUGIN_NAME: of_histograms, text_metadata.PLUGIN_NAME: of_texts,
        }
        return self._of_runs(run_tag_filter, lists[plugin_name]) if plugin_name in lists else {}

    def read_tensors(
        self, ctx: object = None, *, experiment_id: str, plugin_name: str, downsample: Optional[int] = None,
        run_tag_filter: Optional[Any] = None,
    ) -> ByRun:
        def of_histograms(session: Shown) -> Dict[str, Any]:
            found = _wanted(run_tag_filter, media.histograms_of(self._sessions, session))
            return {tag: self._histograms(media.thinned(steps, downsample or 0)) for tag, steps in found.items()}

        def of_texts(session: Shown) -> Dict[str, Any]:
            found = _wanted(run_tag_filter, texts.texts_of(self._sessions, session))
            read = {tag: self._texts(media.thinned(steps, downsample or 0)) for tag, steps in found.items()}
            for tag, text in _wanted(run_tag_filter, texts.own_texts_of(self._sessions, session)).items():
                read[tag] = [provider.TensorDatum(0, session.updated, numpy.array(text.encode(), dtype=object))]
            return read

        reads = {histogram_metadata.PLUGIN_NAME: of_histograms, text_metadata.PLUGIN_NAME: of_texts}
        return self._of_runs(run_tag_filter, reads[plugin_name]) if plugin_name in reads else {}

    # Blobs: pictures

    def list_blob_sequences(
        self, ctx: object = None, *, experiment_id: str, plugin_name: str, run_tag_filter: Optional[Any] = None
    ) -> ByRun:
        def of(session: Shown) -> Dict[str, Any]:
            found = _wanted(run_tag_filter, media.pictures_of(self._sessions, session))
            return {
                tag: _described(provider.BlobSequenceTimeSeries, max(steps), session, max_length=2 + max(map(len, steps.values())))
                for tag, steps in found.items()
            }

        return self._of_runs(run_tag_filter, of) if plugin_name == image_metadata.PLUGIN_NAME else {}

    def read_blob_sequences(
        self, ctx: object = None, *, experiment_id: str, plugin_name: str, downsample: Optional[int] = None,
        run_tag_filter: Optional[Any] = None,
    ) -> ByRun:
        def of(session: Shown) -> Dict[str, Any]:
            found = _wanted(run_tag_filter, media.pictures_of(self._sessions, session))
            return {
                tag: [_blobs(step, those) for step, those in media.thinned(steps, downsample or 0).items()]
                for tag, steps in found.items()
            }

        return self._of_runs(run_tag_filter, of) if plugin_name == image_metadata.PLUGIN_NAME else {}

    def read_blob(self, ctx: object = None, *, blob_key: str) -> bytes:
        """A picture's bytes. Only those of sessions that are shown: the key comes from the browser."""
        try:
            session_id, path, digest = media.read_blob_key(blob_key)
        except ValueError as error:
            raise errors.NotFoundError(str(error)) from error
        with _told():
            for session in self._sessions.listing().by_run.values():
                if session.id == session_id:
                    for steps in media.pictures_of(self._sessions, session).values():
                        for artifact in (one for those in steps.values() for one in those if one["path"] == path):
                            if artifact["size_bytes"] > media.LARGEST_ARTIFACT:
                                raise errors.InvalidArgumentError(
                                    f"The picture {path} of {session_id} is larger than 64 MiB. Download it from PIVOT.")
                            return self._sessions.content(session_id, path, digest)
        raise errors.NotFoundError(f"There is no picture {path} of {session_id} among what is shown. Reload the page.")

    # Helpers

    def _of_runs(self, run_tag_filter: Optional[Any], of: Callable[[Shown], Mapping[str, Value]]) -> Dict[str, Dict[str, Value]]:
        """What `of` finds in the sessions that are asked for; those without anything are left out."""
        with _told():
            shown = self._sessions.listing().by_run
            runs = run_tag_filter.runs if run_tag_filter is not None else None
            chosen = list(shown) if runs is None else [run for run in shown if run in runs]
            found = self._sessions.reader.for_each(chosen, lambda run: of(shown[run]))
            return {run: dict(one) for run, one in zip(chosen, found) if one}

    def _histograms(self, steps: media.Steps) -> List[Any]:
        found = []
        for step, artifacts in steps.items():
            artifact = artifacts[-1]
            if artifact["size_bytes"] <= media.LARGEST_ARTIFACT:
                rows = self._sessions.artifact(
                    artifact["session_id"], artifact["path"], artifact["digest"], media.rows_of_histogram, lambda rows: 1 + rows.size // 4)
                found.append(provider.TensorDatum(step, media.time_of(artifact), rows))
        return found

    def _texts(self, steps: media.Steps) -> List[Any]:
        found = []
        for step, artifacts in steps.items():
            contents = [
                self._sessions.artifact(one["session_id"], one["path"], one["digest"], bytes, lambda text: 1 + len(text) // 100)
                for one in artifacts
            ]
            text = b"\n\n".join(contents).decode("utf-8", "replace").encode()
            found.append(provider.TensorDatum(step, media.time_of(artifacts[-1]), numpy.array(text, dtype=object)))
        return found


def description_of(sessions: Sessions, listing: Optional[Listing] = None) -> str:
    """Where the data is from, which sessions, and how many of those that match, in words."""
    address = sessions.reader.url.rpartition("@")[2]
    parts = [address, f"filter: {sessions.filter}" if sessions.filter else "all sessions"]
    if listing is not None and listing.total > len(listing.by_run):
        parts.append(f"{len(listing.by_run):,} of {listing.total:,}")
    return " · ".join(parts)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Makes an error of PIVOT's one that TensorBoard tells the page."""
    try:
        yield
    except PIVOTError as error:
        if error.status == 404:
            raise errors.NotFoundError(str(error)) from error
        raise PIVOTFailed(str(error)) from error


def _wanted(run_tag_filter: Optional[Any], by_tag: Mapping[str, Value]) -> Dict[str, Value]:
    tags = run_tag_filter.tags if run_tag_filter is not None else None
    return {tag: one for tag, one in by_tag.items() if tags is None or tag in tags}


def _described(kind: Callable[..., Any], last_step: int, session: Shown, content: bytes = b"", **more: Any) -> Any:
    return kind(max_step=last_step, max_wall_time=session.updated, plugin_content=content, description="", display_name="", **more)


def _scalar(point: scalars.Point) -> Any:
    return provider.ScalarDatum(point.step, point.time, point.value)


def _blobs(step: int, artifacts: List[Mapping[str, Any]]) -> Any:
    references = [provider.BlobReference(_NO_BLOB)] * 2 + [provider.BlobReference(media.blob_key(one)) for one in artifacts]
    return provider.BlobSequenceDatum(step, media.time_of(artifacts[-1]), tuple(references))

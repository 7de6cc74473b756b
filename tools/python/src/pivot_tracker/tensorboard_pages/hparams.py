"""What TensorBoard's HParams page reads of a session: its params, when it ran, and how it ended.

The page takes them from the metadata of series of two tags, as TensorBoard's own writers leave them in event files: messages
HParamsPluginData of tensorboard/plugins/hparams/plugin_data.proto. The metrics beside them are the last points of the scalar series.

A session without params shows the plain values of its configuration instead, under their dotted names.
"""

from __future__ import annotations

import math
from typing import Any, Dict, Iterator, Mapping, Tuple

from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

from ..transport import session_address
from .sessions import Sessions, Shown
from .times import seconds

_STATUSES = {
    "completed": api_pb2.STATUS_SUCCESS, "failed": api_pb2.STATUS_FAILURE, "running": api_pb2.STATUS_RUNNING,
    "stopping": api_pb2.STATUS_RUNNING,
}
_LONGEST_TEXT = 200


def hparams_of(sessions: Sessions, session: Shown) -> Dict[str, bytes]:
    """The contents of the series' metadata by tag; empty for a session without params and configuration."""
    document = sessions.document(session)
    start = plugin_data_pb2.SessionStartInfo(
        start_time_secs=session.started, monitor_url=session_address(sessions.reader.url, session.id))
    for name, value in (document.get("params") or dict(_plain_values(document.get("config") or {}))).items():
        if isinstance(value, bool):
            start.hparams[name].bool_value = value
        elif isinstance(value, (int, float)) and math.isfinite(value):
            start.hparams[name].number_value = value
        else:
            text = str(value)
            start.hparams[name].string_value = text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
    if not start.hparams:
        return {}
    end = plugin_data_pb2.SessionEndInfo(status=_STATUSES.get(document["status"], api_pb2.STATUS_UNKNOWN))
    if document.get("completed_at"):
        end.end_time_secs = seconds(document["completed_at"])
    return {
        metadata.SESSION_START_INFO_TAG: _content(session_start_info=start),
        metadata.SESSION_END_INFO_TAG: _content(session_end_info=end),
    }


def _content(**part: Any) -> bytes:
    data: bytes = plugin_data_pb2.HParamsPluginData(version=metadata.PLUGIN_DATA_VERSION, **part).SerializeToString()
    return data


def _plain_values(config: Mapping[str, Any], before: str = "") -> Iterator[Tuple[str, Any]]:
    for name, value in config.items():
        if isinstance(value, Mapping):
            yield from _plain_values(value, f"{before}{name}.")
        elif value is not None and not isinstance(value, list):
            yield before + name, value

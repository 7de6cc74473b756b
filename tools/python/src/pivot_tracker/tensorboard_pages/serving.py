"""TensorBoard's web server over PIVOT's data."""

from __future__ import annotations

import logging
from typing import Any, Optional

from tensorboard import program
from tensorboard.backend import application
from tensorboard.plugins.core import core_plugin
from tensorboard.plugins.distribution import distributions_plugin
from tensorboard.plugins.histogram import histograms_plugin
from tensorboard.plugins.hparams import hparams_plugin
from tensorboard.plugins.image import images_plugin
from tensorboard.plugins.metrics import metrics_plugin
from tensorboard.plugins.scalar import scalars_plugin
from tensorboard.plugins.text import text_plugin

from .provider import PIVOTDataProvider, description_of
from .sessions import Sessions

#: The pages that PIVOT has data for, in the order of their tabs. Others would look for files in a log folder.
_PLUGINS = (
    core_plugin.CorePluginLoader(), metrics_plugin.MetricsPlugin, scalars_plugin.ScalarsPlugin, images_plugin.ImagesPlugin,
    distributions_plugin.DistributionsPlugin, histograms_plugin.HistogramsPlugin, text_plugin.TextPlugin, hparams_plugin.HParamsPlugin,
)

#: Steps of a picture's slider, and of a histogram on the page Time Series.
_PICTURES, _HISTOGRAMS = 100, 51


class CannotServe(Exception):
    """TensorBoard cannot listen where it should."""


def server(sessions: Sessions, host: Optional[str], port: Optional[int], max_points: int) -> Any:
    """A server that listens, for `serve_forever()`; `port` is None for 6006 or the next free one. Raises `CannotServe`."""
    board = program.TensorBoard(plugins=list(_PLUGINS))
    board.configure(
        # Only shown, not opened: TensorBoard requires the setting.
        logdir=description_of(sessions), host=host, port=port, window_title="PIVOT",
        samples_per_plugin={"scalars": max_points, "images": _PICTURES, "histograms": _HISTOGRAMS},
    )
    pages = application.TensorBoardWSGIApp(board.flags, board.plugin_loaders, PIVOTDataProvider(sessions), board.assets_zip_provider)
    try:
        return program.create_port_scanning_werkzeug_server(pages, board.flags)
    except program.TensorBoardServerException as error:
        logging.getLogger("tensorboard").debug("The server could not be made.", exc_info=True)
        raise CannotServe(f"{str(error.msg).rstrip('.')}. Choose another --port, or 0 for a free one.") from error

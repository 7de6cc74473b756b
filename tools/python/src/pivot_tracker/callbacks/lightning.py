"""PyTorch Lightning, as `lightning` or as `pytorch_lightning`.

```python
logger = PIVOTLogger("classifier", config={"learning_rate": 1e-3})
Trainer(logger=logger, callbacks=[logger.callback(), ModelCheckpoint(monitor="val_loss")]).fit(module)
```

The logger takes what modules log, their hyperparameters and the files that ModelCheckpoint saves. Its callback adds what
Lightning does not pass to a logger: the end of an epoch, with the latest value of each metric; it also obeys a requested
stop. A checkpoint that is a folder is kept as a tar file; `packing.unpack_checkpoint` restores the folder.
"""

from __future__ import annotations

import os
import pathlib
import tempfile
from argparse import Namespace
from typing import Any, Optional

from ..session import Session
from .frameworks import class_of
from .numbers import numbers_in
from .owned_session import OwnedSession, guarded
from .packing import packed

_Logger = class_of(("lightning.pytorch.loggers", "pytorch_lightning.loggers"), "Logger")
_Callback = class_of(("lightning.pytorch.callbacks", "pytorch_lightning.callbacks"), "Callback")


class PIVOTLogger(_Logger):  # type: ignore[misc, valid-type]
    """Lightning's logger for a session.

    `PIVOTLogger(session=s)` logs to a session that the program has begun; any other arguments are those of
    `pivot_tracker.session`, for one that the logger begins at its first use and ends. With `checkpoints=False`, the files of
    ModelCheckpoint are not kept as checkpoints of the session.
    """

    def __init__(
        self, name: Optional[str] = None, *, session: Optional[Session] = None, checkpoints: bool = True, **arguments: Any
    ) -> None:
        super().__init__()
        if name is not None:
            arguments["name"] = name
        self._name = name
        self._owned = OwnedSession(session, arguments)
        self._keeps_checkpoints = checkpoints
        self._kept: Optional[str] = None
        # What the callback tells of: checkpoints belong to epochs, of which a logger knows nothing.
        self._epoch = 1
        self._was_stopped = False

    def callback(self, checkpoint_on_stop: bool = True) -> "PIVOTCallback":
        """The callback that reports epochs and obeys stops, for the same trainer's `callbacks`."""
        return PIVOTCallback(self, checkpoint_on_stop)

    @property
    def experiment(self) -> Session:
        """The session, as Lightning's users reach a logger's own object; begins it if needed. Rank 0 only."""
        return self._owned.session

    @property
    def name(self) -> Optional[str]:
        """The session's name."""
        return self._name

    @property
    def version(self) -> Optional[str]:
        """The session's id; None before it has begun."""
        return self._owned.session.session_id if self._owned.has_begun else None

    @guarded
    def log_metrics(self, metrics: "dict[str, float]", step: Optional[int] = None) -> None:
        """Logs what Lightning reports for a step; its own `epoch` among it is left out."""
        numbers = numbers_in(metrics, without=("epoch",))
        if numbers and _is_rank_zero():
            self._owned.session.log(numbers, step=max(0, step or 0))

    @guarded
    def log_hyperparams(self, params: Any, *_: Any, **__: Any) -> None:
        """Logs hyperparameters as the session's params."""
        if _is_rank_zero():
            self._owned.params(_plain(params), "the hyperparameters")

    @guarded
    def after_save_checkpoint(self, checkpoint_callback: Any) -> None:
        """Keeps the file, or folder, that ModelCheckpoint has just saved."""
        if not self._keeps_checkpoints or not _is_rank_zero():
            return
        saved = (
            getattr(checkpoint_callback, "_last_checkpoint_saved", "")
            or checkpoint_callback.best_model_path
            or checkpoint_callback.last_model_path
        )
        # `last.ckpt` beside it holds the same; Lightning reports it with the same path.
        if saved and saved != self._kept:
            score = numbers_in({str(checkpoint_callback.monitor): checkpoint_callback.current_score})
            # Of an epoch one checkpoint is listed: one that is saved after a stop's own replaces it, and its mark.
            self._keep(saved, self._epoch, score, self._was_stopped)
            self._kept = saved

    @guarded
    def finalize(self, status: str) -> None:
        """Ends a session that the logger has begun, as completed or stopped; as failed when the training raised."""
        if not _is_rank_zero():
            return
        if status == "failed":
            self._owned.fail(RuntimeError("Lightning reports that the training failed."))
        else:
            self._owned.end("stopped" if self._was_stopped else "completed")

    def _keep(self, path: "str | os.PathLike[str]", epoch: int, metrics: "dict[str, float]", stop: bool = False) -> None:
        with packed(path) as file:
            self._owned.checkpoint(file, epoch, metrics, stop=stop)


class PIVOTCallback(_Callback):  # type: ignore[misc, valid-type]
    """Reports epochs, and ends the training when a stop was requested: made by `PIVOTLogger.callback`."""

    def __init__(self, logger: PIVOTLogger, checkpoint_on_stop: bool = True) -> None:
        super().__init__()
        self._logger = logger
        self._owned = logger._owned
        self._saves_on_stop = checkpoint_on_stop
        self._batches_done = 0

    @guarded
    def on_train_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        """Remembers the epoch that checkpoints belong to from now on."""
        self._logger._epoch = trainer.current_epoch + 1
        self._batches_done = 0

    @guarded
    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Ends the training after this step when a stop was requested, with a checkpoint unless that was declined."""
        self._batches_done = batch_idx + 1
        logger = self._logger
        if trainer.should_stop or not self._is_to_stop(trainer):
            return
        trainer.should_stop = True
        logger._was_stopped = True
        if self._saves_on_stop:
            self._save(trainer)

    @guarded
    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Reports a complete epoch, with the latest value of each metric; Lightning calls this for an interrupted one too."""
        if trainer.is_global_zero and self._batches_done >= _batch_count(trainer, self._batches_done):
            if not (self._logger._was_stopped and _batch_count(trainer, -1) < 0):
                self._logger.experiment.epoch(trainer.current_epoch + 1, numbers_in(trainer.callback_metrics))

    @guarded
    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """Ends a session that the logger has begun, with what was raised."""
        if trainer.is_global_zero:
            self._logger._owned.fail(exception)

    def _is_to_stop(self, trainer: Any) -> bool:
        asked = False
        if trainer.is_global_zero:
            # Whatever becomes of it, the other ranks wait for this one's answer.
            with self._owned.guard("To ask for a stop"):
                asked = self._logger.experiment.should_stop
        # All ranks leave the loop at the same step, or those that stay wait for the others forever.
        return bool(trainer.strategy.reduce_boolean_decision(asked, all=False)) if trainer.world_size > 1 else asked

    def _save(self, trainer: Any) -> None:
        with tempfile.TemporaryDirectory(prefix="pivot-stop-") as folder:
            path = pathlib.Path(folder) / f"step-{trainer.global_step}.ckpt"
            trainer.save_checkpoint(path)
            if trainer.is_global_zero:
                self._logger._keep(path, trainer.current_epoch + 1, numbers_in(trainer.callback_metrics), stop=True)


def _batch_count(trainer: Any, unknown: int) -> int:
    """The batches of an epoch, or `unknown` for data without a length."""
    count = trainer.num_training_batches
    return unknown if count == float("inf") else int(count)


def _is_rank_zero() -> bool:
    return int(os.environ.get("RANK", os.environ.get("SLURM_PROCID", os.environ.get("LOCAL_RANK", "0")))) == 0


def _plain(params: Any) -> "dict[str, Any]":
    values = vars(params) if isinstance(params, Namespace) else dict(params or {})
    return {str(name): value for name, value in values.items() if value is not None}

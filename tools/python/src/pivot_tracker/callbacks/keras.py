"""Keras 3, and `tf.keras` before it.

```python
with pivot.session("digits") as session:
    model.fit(x, y, epochs=5, callbacks=[PIVOTCallback(session=session, checkpoint="model.keras", monitor="val_loss")])
```
"""

from __future__ import annotations

import os
from typing import Any, Optional, Union

from ..session import Session
from .frameworks import class_of
from .numbers import numbers_in
from .owned_session import OwnedSession, guarded

_KerasCallback = class_of(("keras.callbacks", "tensorflow.keras.callbacks"), "Callback")


class PIVOTCallback(_KerasCallback):  # type: ignore[misc, valid-type]
    """Logs `Model.fit`.

    `session` is one that the program has begun; any other arguments are those of `pivot_tracker.session`, for one that the
    callback begins when training begins and ends when it ends.

    - Every `log_every`th step is logged; Keras' metrics of a step are means over the epoch so far. 0 logs only epochs.
    - `checkpoint` is the path to which the model is saved after each epoch, and then kept as a checkpoint: `*.keras`, or
      `*.weights.h5` for the weights alone. With `save_best_only`, only after epochs whose `monitor` is the best so far, by
      `mode` "min" or "max".
    - `initial_step` is the number of steps trained before, for a training that is resumed; give its epochs as `fit`'s
      `initial_epoch`.
    """

    def __init__(
        self,
        *,
        session: Optional[Session] = None,
        log_every: int = 1,
        checkpoint: Optional[Union[str, "os.PathLike[str]"]] = None,
        monitor: str = "val_loss",
        mode: str = "min",
        save_best_only: bool = False,
        initial_step: int = 0,
        **arguments: Any,
    ) -> None:
        super().__init__()
        if mode not in ("min", "max"):
            raise ValueError(f"mode must be 'min' or 'max', not {mode!r}.")
        if log_every < 0 or initial_step < 0:
            raise ValueError("log_every and initial_step must be 0 or more.")
        self._owned = OwnedSession(session, arguments)
        self._log_every = log_every
        self._checkpoint = None if checkpoint is None else os.fspath(checkpoint)
        self._monitor = monitor
        self._sign = 1.0 if mode == "min" else -1.0
        self._saves_best_only = save_best_only
        self._best: Optional[float] = None
        self._step = initial_step
        self._was_stopped = False
        self._is_epoch_cut = False

    @guarded
    def on_train_begin(self, logs: Any = None) -> None:
        """Logs how `fit` was called, and the optimizer's configuration."""
        params: dict[str, Any] = {"fit": numbers_in(getattr(self, "params", None))}
        optimizer: Any = getattr(self.model, "optimizer", None)
        if hasattr(optimizer, "get_config"):
            config = optimizer.get_config()
            params["optimizer"] = {
                name: value for name, value in config.items() if isinstance(value, (str, int, float, bool))
            }
        self._owned.params(params, "the arguments of fit and the optimizer's configuration")

    @guarded
    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Begins to count an epoch."""
        self._is_epoch_cut = False

    @guarded
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Logs the step, and ends the training when a stop was requested."""
        self._step += 1
        session = self._owned.session
        if self._log_every > 0 and self._step % self._log_every == 0:
            numbers = numbers_in(logs)
            if numbers:
                with self._owned.guard("To log a step"):
                    session.log(numbers, step=self._step)
        if session.should_stop and not self._was_stopped:
            self._was_stopped = True
            steps = (getattr(self, "params", None) or {}).get("steps")
            self._is_epoch_cut = steps is None or batch + 1 < steps
            self.model.stop_training = True

    @guarded
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Reports a complete epoch, and keeps the model. Of an interrupted epoch the model is kept, but no epoch is reported."""
        numbers = numbers_in(logs)
        session = self._owned.session
        if not self._is_epoch_cut:
            with self._owned.guard("To report an epoch"):
                session.epoch(epoch + 1, numbers)
        if self._checkpoint is None or not (self._was_stopped or self._is_to_be_saved(numbers)):
            return
        if self._checkpoint.endswith(".weights.h5"):
            self.model.save_weights(self._checkpoint, overwrite=True)
        else:
            self.model.save(self._checkpoint, overwrite=True)
        self._owned.checkpoint(self._checkpoint, epoch + 1, numbers, step=self._step, stop=self._was_stopped)

    @guarded
    def on_train_end(self, logs: Any = None) -> None:
        """Ends a session that the callback has begun."""
        self._owned.end("stopped" if self._was_stopped else "completed")

    def _is_to_be_saved(self, numbers: "dict[str, float]") -> bool:
        if not self._saves_best_only:
            return True
        value = numbers.get(self._monitor)
        if value is None:
            raise ValueError(
                f"save_best_only: '{self._monitor}' is not among this epoch's metrics ({', '.join(sorted(numbers))}). Set "
                "monitor to one of them, or give fit validation data."
            )
        # NaN is never better.
        if self._best is not None and not self._sign * value < self._sign * self._best:
            return False
        if value != value:
            return False
        self._best = value
        return True

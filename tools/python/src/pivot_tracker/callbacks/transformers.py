"""Hugging Face transformers.

```python
with pivot.session("fine-tune") as session:
    Trainer(model, arguments, train_dataset=data, callbacks=[PIVOTCallback(session=session)]).train()
```

What the trainer logs becomes metrics at `state.global_step`. An epoch is reported when the next one begins, since the trainer
evaluates and logs after an epoch's end; its metrics are the latest of each name. A checkpoint folder is kept as a tar file:
`unpack_checkpoint(path, folder)` restores the folder, for `train(resume_from_checkpoint=folder)`.
"""

from __future__ import annotations

import math
import os
import pathlib
from typing import Any, Optional

from ..session import Session
from .frameworks import class_of
from .numbers import numbers_in
from .owned_session import OwnedSession, guarded
from .packing import packed, unpack_checkpoint

__all__ = ["PIVOTCallback", "unpack_checkpoint"]

_TrainerCallback = class_of(("transformers",), "TrainerCallback")

# The file that `checkpoints="model"` keeps, in the order in which they are looked for.
_MODEL_FILES = ("model.safetensors", "adapter_model.safetensors", "pytorch_model.bin", "adapter_model.bin")


class PIVOTCallback(_TrainerCallback):  # type: ignore[misc, valid-type]
    """Logs a `transformers.Trainer`.

    `session` is one that the program has begun; any other arguments are those of `pivot_tracker.session`, for one that the
    callback begins when training begins and ends when it ends. `checkpoints` is what is kept of each checkpoint folder:
    "folder" keeps all of it, from which training resumes exactly; "model" only the model's file; "none" nothing.
    """

    def __init__(self, *, session: Optional[Session] = None, checkpoints: str = "folder", **arguments: Any) -> None:
        super().__init__()
        if checkpoints not in ("folder", "model", "none"):
            raise ValueError(f"checkpoints must be 'folder', 'model' or 'none', not {checkpoints!r}.")
        self._owned = OwnedSession(session, arguments)
        self._checkpoints = checkpoints
        self._metrics: dict[str, float] = {}
        self._pending_epoch: Optional[int] = None
        self._was_stopped = False

    @guarded
    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
        """Logs the arguments, secrets masked by transformers itself, and the model's configuration."""
        if not state.is_world_process_zero:
            return
        params: dict[str, Any] = {"arguments": args.to_sanitized_dict()}
        if getattr(model, "config", None) is not None and hasattr(model.config, "to_dict"):
            params["model"] = model.config.to_dict()
        self._owned.params(_without_empty(params), "the trainer's arguments and the model's configuration")

    @guarded
    def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Reports the epoch before."""
        self._tell_epoch(state)

    @guarded
    def on_epoch_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Remembers a complete epoch; the trainer calls this for an interrupted one too."""
        done = round(state.epoch or 0)
        if done >= 1 and abs(state.epoch - done) < 1e-6:
            self._pending_epoch = done

    @guarded
    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> Any:
        """Ends the training when a stop was requested, with a checkpoint if checkpoints are kept."""
        if state.is_world_process_zero and not control.should_training_stop and self._owned.session.should_stop:
            self._was_stopped = True
            control.should_training_stop = True
            control.should_save = control.should_save or self._checkpoints != "none"
        return control

    @guarded
    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        """Logs what the trainer logs, at its step."""
        numbers = numbers_in(logs, without=("epoch", "step"))
        if numbers and state.is_world_process_zero:
            self._metrics.update(numbers)
            self._owned.session.log(numbers, step=state.global_step)

    @guarded
    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: Any = None, **_: Any) -> None:
        """Adds an evaluation to its epoch's metrics; the trainer has already logged it as points."""
        self._metrics.update(numbers_in(metrics, without=("epoch", "step")))

    @guarded
    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Keeps the checkpoint that was saved, after the epoch that it ends."""
        if not state.is_world_process_zero:
            return
        self._tell_epoch(state)
        folder = pathlib.Path(args.output_dir) / f"checkpoint-{state.global_step}"
        if self._checkpoints == "none" or not folder.is_dir():
            return
        source: "os.PathLike[str]" = folder
        if self._checkpoints == "model":
            files = [folder / name for name in _MODEL_FILES if (folder / name).is_file()]
            if not files:
                self._owned.session.text(f"{folder} has none of {', '.join(_MODEL_FILES)}, so nothing of it was kept.")
                return
            source = files[0]
        epoch = max(1, math.ceil((state.epoch or 0) - 1e-6))
        with packed(source) as file:
            self._owned.checkpoint(file, epoch, self._metrics, step=state.global_step, stop=self._was_stopped)

    @guarded
    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Reports the last epoch, and ends a session that the callback has begun."""
        if state.is_world_process_zero:
            self._tell_epoch(state)
            self._owned.end("stopped" if self._was_stopped else "completed")

    def _tell_epoch(self, state: Any) -> None:
        if self._pending_epoch is not None and state.is_world_process_zero:
            with self._owned.guard("To report an epoch"):
                self._owned.session.epoch(self._pending_epoch, dict(self._metrics))
        self._pending_epoch = None


def _without_empty(value: Any) -> Any:
    """The mapping without entries that say nothing: None, and empty lists and mappings."""
    if not isinstance(value, dict):
        return value
    return {str(name): _without_empty(item) for name, item in value.items() if item is not None and item != [] and item != {}}

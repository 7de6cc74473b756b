"""Trainings in a process of their own whose server is killed: a plain loop, and two that are shaped like frameworks' own.

usage: python training_loops.py plain|lightning|transformers FOLDER

Appends the number of each step that is done to FOLDER/steps. At its end it writes FOLDER/told.json: the session, the epochs,
and each point that was logged, as [name, step, the value's bits].

The trainers call the callbacks' hooks in the order in which the frameworks do, with objects of the same attributes. They are
no frameworks: the tests of these are in test_callbacks_of_frameworks.py.
"""

import json
import os
import pathlib
import struct
import sys
import time
import types

import pivot_tracker as pivot
from pivot_tracker.callbacks.lightning import PIVOTLogger
from pivot_tracker.callbacks.transformers import PIVOTCallback

EPOCHS = 4
BATCHES = 100
# What a step takes, so that the server is away for many of them.
STEP_SECONDS = 0.006


class Told:
    """What the loop has logged, counted apart from the client."""

    def __init__(self, folder):
        self.folder = folder
        self._points = []
        self._steps = os.open(folder / "steps", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def points(self, metrics, step):
        """Remembers values as they are logged at a step."""
        for name, value in metrics.items():
            self._points.append((name, step, struct.pack(">d", value).hex()))

    def step(self, number):
        """Tells that a step is done."""
        os.write(self._steps, f"{number}\n".encode())

    def write(self, session_id):
        """Tells all of it."""
        told = {"session": session_id, "epochs": list(range(1, EPOCHS + 1)), "points": self._points}
        (self.folder / "told.json").write_text(json.dumps(told))


class Model:
    """A line that is fitted by gradient descent: its losses have all their bits."""

    def __init__(self):
        self.weight = 0.0
        self._seen = 0

    def train(self):
        """One step; the loss and the gradient before it, with the numbers that JSON has no words for now and then."""
        self._seen += 1
        place = (self._seen * 0.618033988749895) % 1.0
        error = (self.weight - 1.2345) * place
        self.weight -= 0.05 * error * place
        time.sleep(STEP_SECONDS)
        special = {50: float("nan"), 51: float("inf"), 52: -0.0, 53: 5e-324}
        return {"loss": error * error, "gradient": special.get(self._seen, error * place)}

    def validate(self):
        """The loss where nothing was trained."""
        return {"val_loss": (self.weight - 1.2345) ** 2 / 3}


def plain(told):
    """The loop that a program writes for itself."""
    model = Model()
    with pivot.session("plain") as session:
        for epoch in range(1, EPOCHS + 1):
            for batch in range(BATCHES):
                step = (epoch - 1) * BATCHES + batch + 1
                metrics = model.train()
                told.points(metrics, step)
                session.log(metrics, step=step)
                told.step(step)
            session.epoch(epoch, model.validate())
            path = told.folder / "weights"
            path.write_text(repr(model.weight))
            session.checkpoint(path, epoch)
    return session.session_id


class LightningTrainer:
    """The loop of `lightning.Trainer.fit`, with validation and a ModelCheckpoint after each epoch."""

    def __init__(self, logger, callbacks, told):
        self.logger = logger
        self.callbacks = callbacks
        self.current_epoch = 0
        self.global_step = 0
        self.should_stop = False
        self.is_global_zero = True
        self.world_size = 1
        self.num_training_batches = BATCHES
        self.callback_metrics = {}
        self._told = told

    def fit(self, model):
        """Trains until the last epoch, or a stop."""
        self.logger.log_hyperparams({"learning_rate": 0.05, "nothing": None})
        self._call("setup", model, stage="fit")
        self._call("on_fit_start", model)
        self._call("on_train_start", model)
        while self.current_epoch < EPOCHS and not self.should_stop:
            self._call("on_train_epoch_start", model)
            for batch in range(BATCHES):
                self._call("on_train_batch_start", model, None, batch)
                metrics = model.train()
                # The step that is logged counts the ones before it.
                logged_step = self.global_step
                self.global_step += 1
                self.callback_metrics.update(metrics)
                self._call("on_train_batch_end", model, metrics, None, batch)
                self._log(metrics, logged_step)
                self._told.step(self.global_step)
                if self.should_stop:
                    break
            self._validate(model)
            self._call("on_train_epoch_end", model)
            self.current_epoch += 1
        self._call("on_train_end", model)
        self.logger.finalize("success")
        self._call("teardown", model, stage="fit")

    def _validate(self, model):
        self._call("on_validation_start", model)
        metrics = model.validate()
        self.callback_metrics.update(metrics)
        path = self._told.folder / f"epoch={self.current_epoch}-step={self.global_step}.ckpt"
        path.write_text(repr(model.weight))
        # ModelCheckpoint saves in on_validation_end, and tells the loggers.
        saved = types.SimpleNamespace(
            _last_checkpoint_saved=str(path), best_model_path=str(path), last_model_path="", monitor="val_loss",
            current_score=metrics["val_loss"],
        )
        self._call("on_validation_end", model)
        self.logger.after_save_checkpoint(saved)
        self._log(metrics, self.global_step - 1)

    def _log(self, metrics, step):
        self._told.points(metrics, step)
        self.logger.log_metrics({**metrics, "epoch": self.current_epoch}, step=step)

    def _call(self, hook, *arguments, **named):
        for callback in self.callbacks:
            # Without the framework a callback has no other hooks than its own.
            method = getattr(callback, hook, None)
            if method is not None:
                method(self, *arguments, **named)


def lightning(told):
    """A training by Lightning's loop, in a session that the logger begins and ends."""
    logger = PIVOTLogger("lightning", tags=["shaped"])
    LightningTrainer(logger, [logger.callback()], told).fit(Model())
    return logger.version


class TransformersTrainer:
    """The loop of `transformers.Trainer.train`: logging each step, evaluating and saving after each epoch."""

    def __init__(self, callback, told):
        self._callback = callback
        self._told = told
        self.arguments = types.SimpleNamespace(
            output_dir=str(told.folder / "output"), to_sanitized_dict=lambda: {"num_train_epochs": EPOCHS, "report_to": []}
        )
        self.state = types.SimpleNamespace(global_step=0, epoch=0.0, is_world_process_zero=True)
        self.control = types.SimpleNamespace(
            should_training_stop=False, should_epoch_stop=False, should_save=False, should_evaluate=False, should_log=False
        )

    def train(self, model):
        """Trains until the last epoch, or a stop."""
        self._call("on_train_begin", model=model)
        for epoch in range(EPOCHS):
            self._call("on_epoch_begin", model=model)
            for batch in range(BATCHES):
                self._call("on_step_begin", model=model)
                metrics = model.train()
                self.state.global_step += 1
                self.state.epoch = epoch + (batch + 1) / BATCHES
                self.control.should_log = True
                self._call("on_step_end", model=model)
                self._log_evaluate_and_save(model, metrics)
                self._told.step(self.state.global_step)
                if self.control.should_training_stop:
                    break
            # The flow's own callback asks for both at each epoch's end.
            self.control.should_evaluate = self.control.should_save = True
            self._call("on_epoch_end", model=model)
            self._log_evaluate_and_save(model, {})
            if self.control.should_training_stop:
                break
        self._log({"train_loss": 0.1 + 0.2, "total_flos": 1e300})
        self._call("on_train_end", model=model)

    def _log_evaluate_and_save(self, model, metrics):
        if self.control.should_log:
            self.control.should_log = False
            self._log(metrics)
        if self.control.should_evaluate:
            self.control.should_evaluate = False
            found = {f"eval_{name}": value for name, value in model.validate().items()}
            self._log(found)
            self._call("on_evaluate", metrics={**found, "epoch": self.state.epoch}, model=model)
        if self.control.should_save:
            self.control.should_save = False
            folder = pathlib.Path(self.arguments.output_dir) / f"checkpoint-{self.state.global_step}"
            folder.mkdir(parents=True)
            (folder / "model.safetensors").write_bytes(struct.pack(">d", model.weight))
            (folder / "trainer_state.json").write_text(json.dumps({"global_step": self.state.global_step}))
            self._call("on_save", model=model)

    def _log(self, metrics):
        self._told.points(metrics, self.state.global_step)
        self._call("on_log", logs={**metrics, "epoch": self.state.epoch})

    def _call(self, hook, **named):
        method = getattr(self._callback, hook, None)
        if method is not None:
            method(self.arguments, self.state, self.control, **named)


def transformers(told):
    """A training by the loop of transformers, in a session of the program."""
    with pivot.session("transformers") as session:
        TransformersTrainer(PIVOTCallback(session=session), told).train(Model())
    return session.session_id


if __name__ == "__main__":
    everything = Told(pathlib.Path(sys.argv[2]))
    everything.write({"plain": plain, "lightning": lightning, "transformers": transformers}[sys.argv[1]](everything))

"""What goes wrong in a callback is told, and does not end the training that it watches."""

import types

import counting
import pytest

import pivot_tracker as pivot
from pivot_tracker.callbacks.keras import PIVOTCallback as KerasCallback
from pivot_tracker.callbacks.lightning import PIVOTLogger
from pivot_tracker.callbacks.numbers import fitting_metrics, numbers_in
from pivot_tracker.callbacks.transformers import PIVOTCallback as TransformersCallback

CALLBACKS = [KerasCallback, PIVOTLogger, TransformersCallback]


def begin(server, **options):
    return pivot.session("callbacks", base_url=server.url, provenance=False, host_readings=False, **options)


def warnings_of(caplog):
    return [record.message for record in caplog.records if record.levelname == "WARNING"]


class Configuration:
    """A model's configuration with everything that a session does not take."""

    def to_dict(self):
        return {
            "id2label": {place: f"label {place}" for place in range(5001)},
            "label2id": {f"label {place}": place for place in range(5001)},
            "x" * 300: 1, "text": "y" * 70_000, "object": object(), "kept": 7,
        }


def transformers_hooks(callback, folder):
    """The hooks of `transformers.Trainer` for a training of one step, with its arguments."""
    arguments = types.SimpleNamespace(output_dir=str(folder), to_sanitized_dict=lambda: {"num_train_epochs": 1, "object": object()})
    state = types.SimpleNamespace(global_step=1, epoch=1.0, is_world_process_zero=True)
    control = types.SimpleNamespace(should_training_stop=False, should_save=False)

    def call(hook, **named):
        return getattr(callback, hook)(arguments, state, control, **named)

    return call


def test_a_model_with_too_much_in_its_configuration_is_trained_and_told_once(server, tmp_path, caplog):
    with begin(server) as session:
        call = transformers_hooks(TransformersCallback(session=session), tmp_path)
        for _ in range(2):
            call("on_train_begin", model=types.SimpleNamespace(config=Configuration()))
        call("on_log", logs={"loss": 0.5, "x" * 300: 1.0, "timestamp": 3.0, "a\nb": 2.0, "text": "x", "huge": 10**400})
        call("on_train_end")
        session.flush(delivered=True)
    (told,) = [text for text in warnings_of(caplog) if "are left out" in text]
    assert "of the trainer's arguments and the model's configuration" in told.lower()
    assert "under a shorter name" in told and "shortened" in told and "as text" in told
    params = counting.session_document(server.url, session.session_id)["params"]
    assert params["arguments.num_train_epochs"] == 1 and params["model.kept"] == 7 and params["model.id2label.0"] == "label 0"
    assert len(params) > 9900
    found = {name: value for (name, _, value) in counting.points(server.url, session.session_id)}
    (long,) = [name for name in found if name.startswith("xxx")]
    assert {name: found[name] for name in found if name != long} == {"loss": 0.5, "timestamp_": 3.0, "a b": 2.0}
    assert session.stats.refused == 0


@pytest.mark.parametrize("make", CALLBACKS)
def test_a_session_that_the_server_refuses_is_told_once_and_the_training_goes_on(server, make, tmp_path, caplog):
    callback = make(name="refused", base_url=server.url, checkpoint_id="ckpt_unknown")
    for _ in range(3):
        if make is TransformersCallback:
            call = transformers_hooks(callback, tmp_path)
            call("on_train_begin")
            call("on_log", logs={"loss": 1.0})
            assert call("on_step_end") is None
            call("on_train_end")
        elif make is KerasCallback:
            callback.model = types.SimpleNamespace(stop_training=False)
            callback.on_train_begin()
            callback.on_train_batch_end(0, {"loss": 1.0})
            callback.on_epoch_end(0, {"loss": 1.0})
            callback.on_train_end()
        else:
            callback.log_hyperparams({"a": 1})
            callback.log_metrics({"loss": 1.0}, 1)
            callback.finalize("success")
    (told,) = [text for text in warnings_of(caplog) if "goes on" in text]
    assert told.startswith("To begin a session failed, and the training goes on: PIVOTError: ") and "404" in told


@pytest.mark.parametrize("make", CALLBACKS)
@pytest.mark.parametrize(
    "arguments, error",
    [
        ({"unknown": 1}, TypeError), ({"session": "sess_1"}, TypeError), ({"tags": "one"}, TypeError),
        ({"mode": "best", "monitor": "x"}, ValueError), ({"host_interval": 0}, ValueError),
        ({"base_url": "nowhere"}, ValueError), ({"config": 3}, TypeError),
    ],
)
def test_wrong_arguments_of_a_callback_are_raised_at_once(make, arguments, error):
    with pytest.raises(error):
        make(**arguments)


def test_a_session_that_has_ended_a_spool_that_is_full_and_an_epoch_that_comes_twice_end_no_training(server, tmp_path, caplog):
    with begin(server) as session:
        callback = KerasCallback(session=session, checkpoint=tmp_path / "model.keras", save_best_only=True, monitor="unknown")
        callback.model = types.SimpleNamespace(stop_training=False, save=lambda path, overwrite: 1 / 0)
        callback.on_train_begin()
        for epoch in (0, 0, 0):
            callback.on_epoch_end(epoch, {"loss": 1.0})
    told = [text for text in warnings_of(caplog) if "goes on" in text]
    assert len(told) == 2 and "'unknown' is not among" in told[0] and "Epoch 1 cannot follow epoch 1" in told[1]
    for _ in range(2):
        callback.on_train_batch_end(0, {"loss": 1.0})
    callback.on_train_end()
    assert any("SessionClosed" in text for text in warnings_of(caplog))


def test_a_checkpoint_has_the_metrics_that_fit_the_monitored_one_first(server, tmp_path):
    (tmp_path / "checkpoint-1").mkdir()
    (tmp_path / "checkpoint-1" / "model.safetensors").write_bytes(b"weights")
    with begin(server, monitor="z-dice") as session:
        call = transformers_hooks(TransformersCallback(session=session, checkpoints="model"), tmp_path)
        call("on_log", logs={**{f"metric-{place:04}": 0.1 for place in range(2000)}, "z-dice": 0.75})
        call("on_save")
    with pivot.PIVOTClient(server.url) as client:
        (saved,) = client.get_checkpoints(session.session_id)["checkpoints"]
    assert saved["metrics"]["z-dice"] == 0.75 and saved["is_best"] and len(saved["metrics"]) > 100


def test_interrupts_pass_through_a_callback():
    callback = TransformersCallback(name="x")

    def interrupt(*_):
        raise KeyboardInterrupt

    callback._tell_epoch = interrupt
    with pytest.raises(KeyboardInterrupt):
        callback.on_epoch_begin(None, None, None)


def test_numbers_are_found_among_anything():
    class Broken:
        def item(self):
            raise RuntimeError("on another device")

    assert numbers_in({"a": 1, "b": "x", "c": True, "d": Broken(), "e": [1], "f": None, 3: 2.5, "epoch": 1}) == {
        "a": 1.0, "3": 2.5, "epoch_": 1.0}
    assert fitting_metrics({"a": 1.0, "b": 2.0}, "b") == {"b": 2.0, "a": 1.0}

"""The callbacks inside the real frameworks and against a real server; run with PIVOT_TEST_FRAMEWORKS=1 where these are installed."""

import os
import time

import pytest

import pivot_tracker as pivot

if not os.environ.get("PIVOT_TEST_FRAMEWORKS"):
    pytest.skip("set PIVOT_TEST_FRAMEWORKS=1 to train with the frameworks themselves", allow_module_level=True)

torch = pytest.importorskip("torch")


def client_of(server):
    return pivot.PIVOTClient(server.url + "/api/v1")


def records_of(server, session_id):
    import requests

    return requests.get(f"{server.url}/api/v1/metrics/{session_id}", timeout=30).json()


def document_of(server, session_id):
    import requests

    return requests.get(f"{server.url}/api/v1/training/sessions/{session_id}", timeout=30).json()


def checkpoints_of(server, session_id):
    import requests

    return requests.get(f"{server.url}/api/v1/checkpoints?session_id={session_id}", timeout=30).json()["checkpoints"]


def steps_of(server, session_id, name):
    import requests

    query = {"metric_name": name, "axis": "step"}
    return requests.get(f"{server.url}/api/v1/metrics/{session_id}/history", params=query, timeout=30).json()["steps"]


def ask_to_stop(server, session):
    """Asks for a stop and returns once the training's side knows."""
    import threading

    import requests

    url = f"{server.url}/api/v1/training/sessions/{session.session_id}/stop"
    session.flush(20, delivered=True)
    threading.Thread(target=requests.post, args=(url,), kwargs={"timeout": 60}, daemon=True).start()
    deadline = time.monotonic() + 15
    while not session.should_stop and time.monotonic() < deadline:
        time.sleep(0.01)
    assert session.should_stop


def lightning_module(on_batch=None):
    import lightning

    class Module(lightning.LightningModule):
        def __init__(self, width=4):
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(width, 1)

        def training_step(self, batch, index):
            if on_batch is not None:
                on_batch(self.trainer)
            loss = self.layer(batch[0]).pow(2).mean()
            self.log("loss", loss, on_step=True, on_epoch=False)
            return loss

        def validation_step(self, batch, index):
            self.log("val_loss", self.layer(batch[0]).pow(2).mean())

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), 0.1)

    return Module()


def loader():
    torch.manual_seed(1)
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.randn(20, 4)), batch_size=2)


def lightning_trainer(folder, logger, **arguments):
    import lightning
    from lightning.pytorch.callbacks import ModelCheckpoint

    return lightning.Trainer(
        default_root_dir=folder, logger=logger, accelerator="cpu", log_every_n_steps=1, enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=[logger.callback(), ModelCheckpoint(folder / "checkpoints", monitor="val_loss")], **arguments,
    )


def test_lightning_tells_steps_epochs_parameters_and_checkpoints(server, tmp_path):
    from pivot_tracker.callbacks.lightning import PIVOTLogger

    logger = PIVOTLogger("lightning", base_url=server.url + "/api/v1")
    lightning_trainer(tmp_path, logger, max_epochs=3).fit(lightning_module(), loader(), loader())
    document = document_of(server, logger.version)
    assert document["status"] == "completed" and document["params"]["width"] == 4
    assert steps_of(server, logger.version, "loss") == list(range(30))
    records = records_of(server, logger.version)
    records = records.get("metrics", records) if isinstance(records, dict) else records
    assert [record["epoch"] for record in records] == [1, 2, 3] and all("val_loss" in record for record in records)
    assert checkpoints_of(server, logger.version)


def test_a_stop_ends_lightning_at_its_step_with_a_checkpoint(server, tmp_path):
    from pivot_tracker.callbacks.lightning import PIVOTLogger

    with pivot.session("lightning", config={}, base_url=server.url + "/api/v1") as session:
        logger = PIVOTLogger(session=session)
        asked = []

        def on_batch(trainer):
            if trainer.global_step == 13 and not asked:
                asked.append(trainer.global_step)
                ask_to_stop(server, session)

        trainer = lightning_trainer(tmp_path, logger, max_epochs=50)
        trainer.fit(lightning_module(on_batch), loader(), loader())
    assert trainer.global_step == 14
    document = document_of(server, session.session_id)
    assert document["status"] == "stopped" and document["current_epoch"] == 1
    assert any("stop" in entry.get("marks", []) for entry in checkpoints_of(server, session.session_id))


def transformers_trainer(folder, callback, extra=(), **arguments):
    import transformers

    class Data(torch.utils.data.Dataset):
        def __len__(self):
            return 20

        def __getitem__(self, index):
            return {"input_ids": torch.arange(4) + index % 5, "labels": torch.arange(4) + index % 5}

    configuration = transformers.GPT2Config(vocab_size=16, n_positions=8, n_embd=8, n_layer=1, n_head=1)
    told = dict(
        output_dir=str(folder), per_device_train_batch_size=2, logging_steps=1, eval_strategy="epoch", save_strategy="epoch",
        num_train_epochs=3, report_to=[], use_cpu=True, disable_tqdm=True,
    )
    told.update(arguments)
    return transformers.Trainer(
        transformers.GPT2LMHeadModel(configuration), transformers.TrainingArguments(**told), train_dataset=Data(),
        eval_dataset=Data(), callbacks=[callback, *extra],
    )


def test_transformers_tells_steps_epochs_arguments_and_checkpoints_that_go_on(server, tmp_path):
    from pivot_tracker.callbacks.transformers import PIVOTCallback, unpack_checkpoint

    callback = PIVOTCallback(name="transformers", base_url=server.url + "/api/v1")
    trainer = transformers_trainer(tmp_path / "a", callback)
    trainer.train()
    session_id = callback._owned.session.session_id
    document = document_of(server, session_id)
    assert document["status"] == "completed" and document["current_epoch"] == 3
    assert document["params"]["arguments.num_train_epochs"] == 3 and document["params"]["model.n_embd"] == 8
    assert steps_of(server, session_id, "loss") == list(range(1, 31))
    assert steps_of(server, session_id, "eval_loss") == [10, 20, 30]
    saved = checkpoints_of(server, session_id)
    assert sorted(entry["epoch"] for entry in saved) == [1, 2, 3]
    import requests

    (second,) = [entry for entry in saved if entry["epoch"] == 2]
    data = requests.get(f"{server.url}/api/v1/checkpoints/{second['checkpoint_id']}/download", timeout=30).content
    (tmp_path / "second.tar").write_bytes(data)
    folder = unpack_checkpoint(tmp_path / "second.tar", tmp_path / "checkpoint-20")
    again = transformers_trainer(tmp_path / "b", PIVOTCallback(name="again", base_url=server.url + "/api/v1"))
    again.train(resume_from_checkpoint=str(folder))
    for name, tensor in trainer.model.state_dict().items():
        assert torch.equal(tensor, again.model.state_dict()[name]), name


def test_transformers_trains_a_model_whose_configuration_no_session_takes(server, tmp_path, caplog):
    from pivot_tracker.callbacks.transformers import PIVOTCallback

    with pivot.session("labels", base_url=server.url + "/api/v1") as session:
        trainer = transformers_trainer(tmp_path, PIVOTCallback(session=session), num_train_epochs=1)
        labels = {place: f"label {place}" for place in range(5000)} | {5000: "x" * 300}
        trainer.model.config.id2label, trainer.model.config.label2id = labels, {text: key for key, text in labels.items()}
        trainer.model.config.prompt = "y" * 70_000
        trainer.train()
    assert trainer.state.global_step == 10
    document = document_of(server, session.session_id)
    assert document["status"] == "completed" and document["params"]["model.id2label.4999"] == "label 4999"
    assert sum("are left out" in record.message for record in caplog.records) == 1 and session.stats.refused == 0
    assert steps_of(server, session.session_id, "loss") == list(range(1, 11))


def test_a_stop_ends_transformers_at_its_step_with_a_checkpoint(server, tmp_path):
    import transformers

    from pivot_tracker.callbacks.transformers import PIVOTCallback

    with pivot.session("transformers", config={}, base_url=server.url + "/api/v1") as session:

        class Asking(transformers.TrainerCallback):
            def on_step_begin(self, args, state, control, **_):
                if state.global_step == 13:
                    ask_to_stop(server, session)

        trainer = transformers_trainer(tmp_path, PIVOTCallback(session=session), [Asking()], num_train_epochs=50)
        trainer.train()
    assert trainer.state.global_step == 14
    document = document_of(server, session.session_id)
    assert document["status"] == "stopped" and document["current_epoch"] == 1
    assert any("stop" in entry.get("marks", []) for entry in checkpoints_of(server, session.session_id))


def keras_model():
    os.environ["KERAS_BACKEND"] = "torch"
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    return model


def test_keras_tells_steps_epochs_and_models(server, tmp_path):
    model = keras_model()
    from pivot_tracker.callbacks.keras import PIVOTCallback

    import numpy

    x, y = numpy.ones((20, 4), "float32"), numpy.zeros((20, 1), "float32")
    with pivot.session("keras", config={}, base_url=server.url + "/api/v1") as session:
        callback = PIVOTCallback(session=session, checkpoint=tmp_path / "model.keras", save_best_only=True)
        model.fit(x, y, batch_size=2, epochs=3, validation_data=(x, y), callbacks=[callback], verbose=0)
    assert steps_of(server, session.session_id, "loss") == list(range(1, 31))
    document = document_of(server, session.session_id)
    assert document["status"] == "completed" and document["current_epoch"] == 3
    assert sorted(entry["epoch"] for entry in checkpoints_of(server, session.session_id)) == [1, 2, 3]


def test_a_stop_ends_keras_at_its_step(server, tmp_path):
    model = keras_model()
    import keras
    import numpy

    from pivot_tracker.callbacks.keras import PIVOTCallback

    x, y = numpy.ones((20, 4), "float32"), numpy.zeros((20, 1), "float32")
    with pivot.session("keras", config={}, base_url=server.url + "/api/v1") as session:

        class Asking(keras.callbacks.Callback):
            def on_train_batch_begin(self, batch, logs=None):
                if callback._step == 13 and not session.should_stop:
                    ask_to_stop(server, session)

        callback = PIVOTCallback(session=session, checkpoint=tmp_path / "model.keras")
        model.fit(x, y, batch_size=2, epochs=50, callbacks=[Asking(), callback], verbose=0)
    assert callback._step == 14
    document = document_of(server, session.session_id)
    assert document["status"] == "stopped" and document["current_epoch"] == 1
    assert any("stop" in entry.get("marks", []) for entry in checkpoints_of(server, session.session_id))

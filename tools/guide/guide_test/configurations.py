"""The configurations of the sessions that the checks create."""

#: Epochs of `configs/train.yaml` in the fast mode.
TRAIN_EPOCHS = 6

#: The guide's configuration name, for the fast mode: the synthetic trainer, a fraction of a second an epoch.
TRAIN_YAML = f"""\
trainer:
  kind: synthetic
  steps_per_epoch: 10
  step_milliseconds: 20.0
train:
  epochs: {TRAIN_EPOCHS}
  seed: 7
  checkpoint_monitor: val_froc
  checkpoint_mode: max
  checkpoint_save_top_k: -1
"""

#: For a server whose clients on this machine are limited too.
LIMITED_SERVER_YAML = """\
rate_limit:
  loopback: true
  reads_per_minute: 60
"""


def external(epochs):
    """A session whose trainer comes from outside: nothing is launched for it."""
    return {
        "trainer": {"kind": "external"},
        "train": {"epochs": epochs, "checkpoint_monitor": "val_froc", "checkpoint_mode": "max"},
    }


def mail_server_yaml(url):
    """A server's configuration that sends mails by the server at `url`."""
    return f"smtp:\n  url: {url}\n  from: pivot@example.org\n"

"""Blocks 1, 5, 6 and 7: health, polling, metric history and resources."""

import re

from .checks_training import literal
from .polling import POLLED_STATES, in_state
from .program import file_in
from .report import check, equal, require
from .trainer import metrics_of


@check("the health is printed", block=1, real=True)
def health(bed):
    result = bed.run(1)
    equal(len(result.lines), 1, "the number of printed lines")
    health = literal(result.lines[0], "the health")
    equal(health["status"], "healthy", "the status")
    require(isinstance(health["version"], str) and health["version"], f"the version is {health['version']!r}")
    require(type(health["position"]) is int and health["position"] >= 0, f"the position is {health['position']!r}")
    require(health["uptime_seconds"] >= 0 and health["components"], f"the health is {health}")


def metric_line(record):
    """The line that block 5 prints for a record."""
    return (f"Epoch {record['epoch']} | Train Loss: {record['train_loss']:.4f} | "
            f"Val Loss: {record['val_loss']:.4f} | LR: {record['learning_rate']:.6f}")


def check_monitor(bed, lines, session_id, status):
    """Checks that block 5 printed the records' own lines, in order, up to the last, and the ending."""
    records = bed.api.records(session_id)
    wanted = {metric_line(record): record["epoch"] for record in records}
    equal(lines[-1], f"Training {status}", "the last line")
    for line in lines[:-1]:
        require(line in wanted, f"the line {line!r} belongs to no record; the records are {list(wanted)}")
    epochs = [wanted[line] for line in lines[:-1]]
    require(epochs == sorted(epochs), f"the epochs went back: {epochs}")
    equal(epochs[-1:], [records[-1]["epoch"]] if records else [], "the last printed epoch")


def register_monitor(state):
    @check(f"polling a session that is {state} ends", block=5)
    def monitors(bed):
        with in_state(bed, state) as (session_id, go_on, status):
            with bed.running(5, session=session_id) as program:
                go_on(program)
                check_monitor(bed, program.finish().lines, session_id, status)


for _state in POLLED_STATES:
    register_monitor(_state)


@check("polling a session that was trained by the server's own trainer", block=5, real=True)
def monitors_trained(bed):
    session_id = bed.trained()
    check_monitor(bed, bed.run(5, session=session_id).lines, session_id, "completed")


#: Asks the plot what was drawn.
PLOTTED = ("import matplotlib.pyplot as plt\n"
           "for line in plt.gca().get_lines(): print('PLOTTED', [list(map(float, line.get_xdata())), "
           "list(map(float, line.get_ydata()))])\n")


def check_plot(result, name):
    """Checks that the plot's file was announced and is a picture."""
    require(f"Saved plot to {name}_curve.png" in result.lines, f"no plot of {name} was announced: {result.lines}")
    picture = file_in(result, f"{name}_curve.png")
    require(picture.startswith(b"\x89PNG\r\n\x1a\n") and len(picture) > 2000, f"{name}_curve.png is not a picture")


def plotted(result):
    """The lines that were drawn, as pairs of epochs and values."""
    return [literal(line.removeprefix("PLOTTED "), "what was plotted")
            for line in result.lines if line.startswith("PLOTTED ")]


@check("the histories of two metrics are plotted", block=6)
def plots(bed):
    result = bed.run(6, session=bed.completed(), epilogue=PLOTTED, errors_allowed=True)
    check_plot(result, "val_loss")
    check_plot(result, "val_froc")
    epochs = [1.0, 2.0, 3.0, 4.0, 5.0]
    equal(plotted(result), [[epochs, [metrics_of(epoch)[name] for epoch in range(1, 6)]]
                            for name in ("val_loss", "val_froc")], "what was plotted")


@check("the histories of a trained session are its records", block=6, real=True)
def plots_trained(bed):
    session_id = bed.trained()
    result = bed.run(6, session=session_id, epilogue=PLOTTED, errors_allowed=True)
    records = bed.api.records(session_id)
    wanted = []
    for name in ("val_loss", "val_froc"):
        check_plot(result, name)
        having = [record for record in records if name in record]
        wanted.append([[float(record["epoch"]) for record in having], [record[name] for record in having]])
    equal(plotted(result), wanted, "what was plotted")
    require(wanted[1][0], "the trained session has no val_froc")


@check("an unknown metric is an empty plot, and the answer names the metrics there are", block=6)
def plots_unknown(bed):
    result = bed.run(6, session=bed.completed(), changes=[("'val_froc'", "'no_such_metric'")], epilogue=PLOTTED,
                     errors_allowed=True)
    check_plot(result, "no_such_metric")
    equal(plotted(result)[1], [[], []], "what was plotted")
    history = bed.api.get(f"/metrics/{bed.completed()}/history", metric_name="no_such_metric")
    for name in ("epochs", "values", "timestamps"):
        equal(history[name], [], name)
    available = history["available_metrics"]
    require(set(metrics_of(1)) <= set(available), f"available_metrics is {available}")


@check("the resources are finite percentages", block=7, real=True)
def resources(bed):
    lines = bed.run(7).lines
    shown = {}
    for line in lines:
        found = re.fullmatch(r"✓ (CPU|Memory): (\d+\.\d)%", line)
        if found:
            shown[found[1]] = float(found[2])
        else:
            require(line.startswith("⚠️  Warning: "), f"the line {line!r} was not expected")
    equal(sorted(shown), ["CPU", "Memory"], "what was shown")
    require(0 <= shown["CPU"] <= 100 and 0 < shown["Memory"] <= 100, f"the percentages are {shown}")
    equal(any("memory usage" in line for line in lines), shown["Memory"] > 85, "whether the memory was warned about")

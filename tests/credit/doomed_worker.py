"""A worker's process that stops where it is told to, and says so: there it is killed.

Run with the name of the database, the training run's number, and the place: one of `PLACES`, or a
phase as the run tells it.
"""

import importlib
import os
import sys
import time

import django

THERE = "there"
# What it never gets done, and where that is found.
PLACES = {
    "between bundle and row": "credit.actions.model_versions.register",
    "in the row's transaction": "credit.actions.training_runs.succeed",
    "measuring the dossier": "scoring.training.latency.measured",
    "searching for alternatives": "credit.actions.fair_searching.search",
}
HALF_WRITTEN = "half of the bundle written"


def stop(*_arguments, **_named):
    print(THERE, flush=True)  # noqa: T201 - who kills it waits for that
    time.sleep(600)


def stop_at(place):
    if place == HALF_WRITTEN:
        _stop_with_half_of_it_written()
    elif place in PLACES:
        module, _, name = PLACES[place].rpartition(".")
        setattr(importlib.import_module(module), name, stop)
    else:
        _stop_in_a_phase(place)


def _stop_in_a_phase(phase):
    training_runs = importlib.import_module("credit.actions.training_runs")
    tell = training_runs.progress

    def told(*, run, step, share):
        tell(run=run, step=step, share=share)
        if step.startswith(phase):
            stop()

    training_runs.progress = told


def _stop_with_half_of_it_written():
    store = importlib.import_module("credit.store")
    put = store.put

    def halve(handle):
        os.ftruncate(handle, os.fstat(handle).st_size // 2)
        stop()

    def stopping(content, suffix):
        if suffix == ".zip":
            os.fsync = halve
        return put(content, suffix)

    store.put = stopping


def train(database, run_id):
    from django.db import connections  # noqa: PLC0415

    from credit import tasks  # noqa: PLC0415
    from credit.actions import training_runs  # noqa: PLC0415

    for alias in ("default", "owner"):
        connections[alias].settings_dict["NAME"] = database
    while not training_runs._is_free(run_id):  # PostgreSQL may not have noticed who is dead
        time.sleep(0.05)
    tasks.run_training(run_id)


if __name__ == "__main__":
    django.setup()
    stop_at(sys.argv[3])
    train(sys.argv[1], int(sys.argv[2]))

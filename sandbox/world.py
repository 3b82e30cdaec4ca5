"""Holds the data of a running sandbox: its state, faults, clock, limits and request journal."""

from __future__ import annotations

import pickle
from functools import cached_property

from sandbox.http.authorization import RateLimit
from sandbox.http.faults import Faults
from sandbox.http.latency import PROFILES, Latency
from sandbox.http.request_journal import Journal
from sandbox.http.webhook_callback import Callbacks
from sandbox.http.webhook_delivery import Courier
from sandbox.model.event_bus import Bus
from sandbox.model.event_reporting import report
from sandbox.model.state import State
from sandbox.model.state_file import Saver, load
from sandbox.seed import register_apps, seeded
from sandbox.settings import Settings


class World:
    """All data of one sandbox."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.state: State = load(settings.state_file) or seeded(settings)
        register_apps(self.state, settings)
        self.faults = Faults(settings.seed)
        self.latency = self._first_latency()
        self.seconds_ahead = 0.0
        self.journal = Journal()
        self.rate_limit = RateLimit(settings.rate_limit, settings.heavy_cost)
        self.busy: set[tuple[str, str]] = set()
        self.resets = 0
        self.saver = Saver(settings.state_file, lambda: self.state)
        self.callbacks = Callbacks(settings)
        self.courier = self._new_courier()
        self.bus = Bus()
        self.bus.listen(lambda cause, events: report(self.state, cause, events))
        self.bus.listen(lambda cause, events: self.courier.heard(cause, events))

    def _first_latency(self) -> Latency:
        return Latency(PROFILES[self.settings.latency], self.settings.seed)

    def _new_courier(self) -> Courier:
        return Courier(self.state, self.settings, self.callbacks, self.saver.soon)

    @cached_property
    def _initial_state(self) -> bytes:
        return pickle.dumps(seeded(self.settings), pickle.HIGHEST_PROTOCOL)

    def reset(self) -> None:
        """Restore the initial state. Registered apps stay, because they are configuration."""
        apps = self.state.apps
        self.state = pickle.loads(self._initial_state)  # noqa: S301 # our own, and read three times as fast as it is made
        self.state.apps |= apps
        self.courier.stop()
        self.courier = self._new_courier()
        self.faults.clear()
        self.latency = self._first_latency()
        self.seconds_ahead = 0.0
        self.journal.clear()
        self.rate_limit.reset()
        self.busy.clear()
        self.resets += 1  # requests that are still waiting are dropped
        self.saver.soon()

"""Collects the signals of identity."""

from typing import Any

from django.dispatch import Signal

from identity import signals

ALL = {
    name: value for name, value in vars(signals).items() if type(value) is Signal and not name.startswith("user_")
}  # the signals of identity, without those that it imports from Django


class Heard(list[tuple[str, dict[str, Any]]]):
    """A context manager that collects signals in a list. Each item is the name of a signal and its arguments."""

    def __enter__(self) -> "Heard":
        self.receivers = {name: self._receiver(name) for name in ALL}
        for name, signal in ALL.items():
            signal.connect(self.receivers[name])
        return self

    def __exit__(self, *_exception: object) -> None:
        for name, signal in ALL.items():
            signal.disconnect(self.receivers[name])

    def names(self) -> list[str]:
        return [name for name, _ in self]

    def of(self, name: str) -> dict[str, Any]:
        """Return the arguments of the signal with this name, which must have been sent once."""
        (found,) = [said for heard, said in self if heard == name]
        return found

    def _receiver(self, name: str) -> Any:
        def receive(**said: Any) -> None:
            self.append((name, {key: value for key, value in said.items() if key not in {"signal", "sender"}}))

        return receive

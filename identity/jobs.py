"""What a worker does for people: their profiles and sessions."""

from collections.abc import Callable

from identity.profiles.refresh import refresh_stale_profiles
from identity.sessions.browsers import sweep_expired

PROFILES_AT_ONCE = 20


def jobs() -> list[tuple[str, float, Callable[[], object]]]:
    """The jobs: name, seconds between two runs, function. Each is safe beside itself."""
    return [
        ("refresh profiles", 60, lambda: refresh_stale_profiles(PROFILES_AT_ONCE)),
        ("sweep sessions", 3600, sweep_expired),
    ]

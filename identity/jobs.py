"""What a worker does for people: their profiles, sessions and tokens."""

from collections.abc import Callable

from identity.profiles.refresh import refresh_stale_profiles
from identity.sessions.browsers import sweep_expired
from identity.tokens.owners import return_tokens

PROFILES_AT_ONCE = 20


def jobs() -> list[tuple[str, float, Callable[[], object]]]:
    """The jobs: name, seconds between two runs, function. Several processes can run each of them at once."""
    return [
        ("refresh profiles", 60, lambda: refresh_stale_profiles(PROFILES_AT_ONCE)),
        ("return tokens", 60, return_tokens),
        ("sweep sessions", 3600, sweep_expired),
    ]

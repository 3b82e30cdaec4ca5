"""The worker's jobs for profiles, sessions and tokens."""

from collections.abc import Callable

from identity.profiles.refresh import refresh_stale_profiles
from identity.sessions.browsers import sweep_expired
from identity.tokens.owners import return_tokens

PROFILES_AT_ONCE = 20


def jobs() -> list[tuple[str, float, Callable[[], object]]]:
    """Return each job's name, the seconds between two runs, and the job's function. Several processes can run the same
    job at the same time.
    """
    return [
        ("refresh profiles", 60, lambda: refresh_stale_profiles(PROFILES_AT_ONCE)),
        ("return tokens", 60, return_tokens),
        ("sweep sessions", 3600, sweep_expired),
    ]

"""A session engine: Django's database sessions, with limits and an owner. Ending a session takes effect in all
processes immediately.

The table has columns for the session's user, start, address and browser. save() copies their values from the session's
data. The data of a session that has ended can't be read or written any more, not even by a request that was running
when the session ended.
"""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY as USER_KEY
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, SessionBase, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db import IntegrityError, connections, router, transaction
from django.utils import timezone

from identity.sessions import browsers, limits
from identity.sessions.browsers import ENDED, SIGN_IN
from identity.sessions.models import BrowserSession, Ending

OUTLIVES = "outlives."  # values with this prefix survive a forced sign-out; before you show one, check whose it is


def has_owners(session: SessionBase) -> bool:
    """Whether this session uses the engine of this module. Other engines can't list a person's sessions."""
    return isinstance(session, SessionStore)


class SessionStore(DatabaseSessionStore):
    """The class of `request.session`. `seen_at` is the stored time of the session's last use."""

    seen_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        return BrowserSession

    def load(self) -> dict[str, Any]:
        """Return the session's data. If the session has ended, return only the reason why it ended, and set
        `session_key` to None.
        """
        row = next(iter(BrowserSession.objects.raw(LOAD, [self.session_key])), None)
        if row is not None and not row.ended_because and row.expire_date > timezone.now():
            self.seen_at = row.seen_at
            return dict(self.decode(row.session_data))
        self._session_key = None
        ending = _ending(row) if row else ""
        return {ENDED: ending} if ending else {}

    def _validate_session_key(self, key: str | None) -> bool:
        """Whether the key has the length and the characters of a session key. A forged cookie can have other
        characters, such as NUL, which PostgreSQL doesn't accept.
        """
        is_long_enough: bool = super()._validate_session_key(key)  # type: ignore[misc] # untyped
        return is_long_enough and set(VALID_KEY_CHARS).issuperset(key or "")

    @classmethod
    def clear_expired(cls) -> None:
        """Delete expired sessions. `manage.py clearsessions` calls this."""
        BrowserSession.objects.sweep()

    def save(self, must_create: bool = False) -> None:
        """Save the session. Raises CreateError if the key already exists, and UpdateError if the session is gone."""
        if self.session_key is None:
            return self.create()
        row = self.create_model_instance(self._get_session(no_load=must_create))  # type: ignore[attr-defined] # untyped
        if must_create:
            _insert(row)
        elif not self._update(row):
            self._begin_anew(BrowserSession.objects.filter(pk=self.session_key).first())
        return None

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        sign_in = data.get(SIGN_IN, {})
        started_at = _moment(sign_in.get("started_at"))
        return BrowserSession(
            session_key=self._get_or_create_session_key(),  # type: ignore[attr-defined] # untyped
            session_data=self.encode(data),
            expire_date=self._ends_at(started_at, seen_at=timezone.now()),
            user_id=data.get(USER_KEY),
            started_at=started_at,
            seen_at=timezone.now() if started_at else None,
            ip=sign_in.get("ip"),
            browser=sign_in.get("browser", ""),
        )

    def get_expiry_age(self, **kwargs: Any) -> int:
        """Return how long the browser keeps the cookie, in seconds."""
        return super().get_expiry_age(**kwargs) if self.has_own_expiry else limits.cookie_seconds(self.started_at)

    @property
    def has_own_expiry(self) -> bool:
        """Whether the site has called `set_expiry()` with a time. This time replaces the two limits from the
        settings.
        """
        return bool(self.get("_session_expiry"))

    @property
    def started_at(self) -> datetime | None:
        """The time when the person signed in with this session, or None if no one is signed in."""
        return _moment(self.get(SIGN_IN, {}).get("started_at"))

    def touch(self) -> None:
        """Store that the session is in use. This writes at most once a minute, unless the idle limit is short."""
        if limits.is_touch_due(self.seen_at):
            now = timezone.now()
            row = BrowserSession.objects.filter(pk=self.session_key, ended_because="")
            row.update(seen_at=now, expire_date=self._ends_at(self.started_at, seen_at=now))
            self.seen_at = now

    def end(self, because: Ending) -> None:
        """Sign the person out, although they didn't ask for it. The session's row stays."""
        own = BrowserSession.objects.filter(pk=self.session_key)
        user = get_user_model()._default_manager.filter(pk=self[USER_KEY]).first()
        browsers.end(own, user=user, because=because)
        self._forget(because)

    def _ends_at(self, started_at: datetime | None, *, seen_at: datetime) -> datetime:
        if self.has_own_expiry:
            return self.get_expiry_date(modification=seen_at)
        return limits.ends_at(started_at, seen_at=seen_at)

    def _update(self, row: BrowserSession) -> int:
        connection = connections[router.db_for_write(BrowserSession)]
        fields: list[Any] = [BrowserSession._meta.get_field(name) for name in WRITTEN]
        values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
        with connection.cursor() as cursor:
            cursor.execute(UPDATE, [*values, row.pk])
            return int(cursor.rowcount)

    def _begin_anew(self, row: BrowserSession | None) -> None:
        """Begin a new session without a person, because the old session ended while the request was running."""
        if row is None:
            raise UpdateError
        self._forget(row.ended_because)
        self.create()

    def _forget(self, because: str) -> None:
        """Delete the session's data, except the keys that survive a forced sign-out. Store why the session ended."""
        kept = {key: value for key, value in self.items() if key.startswith(OUTLIVES)}
        self._session_key, self._session_cache, self.seen_at = None, {**kept, ENDED: because}, None
        self.accessed = self.modified = True


# Plain SQL, because most requests run it, and building a query with the ORM takes longer than running it.
LOAD = "SELECT * FROM identity_browsersession WHERE session_key = %s"
WRITTEN = ("session_data", "expire_date", "user", "started_at", "seen_at", "ip", "browser")
UPDATE = """
    UPDATE identity_browsersession
    SET session_data = %s, expire_date = %s, user_id = %s, started_at = %s, seen_at = %s, ip = %s, browser = %s
    WHERE session_key = %s AND ended_because = ''"""


def _insert(row: BrowserSession) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise CreateError from None


def _ending(row: BrowserSession) -> str:
    """Return why this session ended. The caller has found that the session isn't active any more. If the session has
    reached a limit, and its end isn't stored yet, store it first. Return "" if no one was signed in with the session.
    """
    if row.ended_because or row.started_at is None or row.user is None:
        return row.ended_because
    because = limits.reason(row.started_at)
    browsers.end(BrowserSession.objects.filter(pk=row.pk), user=row.user, because=because)
    return because


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, tz=UTC)

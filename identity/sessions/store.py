"""Django's database sessions with limits, an owner, and an end that reaches every process at once.

The columns of the table are made of what is in the session. An ended row can be neither read nor written any more,
not even by a request that was under way when it ended.
"""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY as USER_KEY
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, SessionBase, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db import IntegrityError, transaction
from django.utils import timezone

from identity.sessions import browsers, limits
from identity.sessions.browsers import ENDED, SIGN_IN
from identity.sessions.models import BrowserSession, Ending

OUTLIVES = "outlives."  # what is kept under such a key outlives a sign-out by force. Look whose it is before showing it


def has_owners(session: SessionBase) -> bool:
    """Whether it's one of these, and not of another engine, which keeps no list of a person's sessions."""
    return isinstance(session, SessionStore)


class SessionStore(DatabaseSessionStore):
    """`request.session`. `seen_at` is when it was last used, as the database has it."""

    seen_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        return BrowserSession

    def load(self) -> dict[str, Any]:
        """What is in it; of one that has ended only why, and then it has no key any more."""
        row = BrowserSession.objects.filter(pk=self.session_key).first()
        if row is not None and not row.ended_because and row.expire_date > timezone.now():
            self.seen_at = row.seen_at
            return dict(self.decode(row.session_data))
        self._session_key = None
        ending = _ending(row) if row else ""
        return {ENDED: ending} if ending else {}

    def _validate_session_key(self, key: str | None) -> bool:
        """Whether it can have been given out: PostgreSQL refuses to look for a NUL, which a cookie can spell."""
        is_long_enough: bool = super()._validate_session_key(key)  # type: ignore[misc] # untyped
        return is_long_enough and set(VALID_KEY_CHARS).issuperset(key or "")

    @classmethod
    def clear_expired(cls) -> None:
        """What `manage.py clearsessions` does."""
        BrowserSession.objects.sweep()

    def save(self, must_create: bool = False) -> None:
        """Raises CreateError for a key that exists, UpdateError for one that is gone."""
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
            expire_date=limits.ends_at(started_at, seen_at=timezone.now()),
            user_id=data.get(USER_KEY),
            started_at=started_at,
            seen_at=timezone.now() if started_at else None,
            ip=sign_in.get("ip"),
            browser=sign_in.get("browser", ""),
        )

    def get_expiry_age(self, **_kwargs: Any) -> int:
        """How long the browser keeps the cookie, in seconds."""
        return limits.cookie_seconds(self.started_at)

    @property
    def started_at(self) -> datetime | None:
        """When the person signed in with it; None while nobody is."""
        return _moment(self.get(SIGN_IN, {}).get("started_at"))

    def touch(self) -> None:
        """Note that it is in use, at most once a minute."""
        if limits.is_touch_due(self.seen_at):
            now = timezone.now()
            row = BrowserSession.objects.filter(pk=self.session_key, ended_because="")
            row.update(seen_at=now, expire_date=limits.ends_at(self.started_at, seen_at=now))
            self.seen_at = now

    def end(self, because: Ending) -> None:
        """Sign its person out by force: here, and in a row that lives on."""
        own = BrowserSession.objects.filter(pk=self.session_key)
        user = get_user_model()._default_manager.filter(pk=self[USER_KEY]).first()
        browsers.end(own, user=user, because=because)
        self._forget(because)

    def _update(self, row: BrowserSession) -> int:
        columns = ("session_data", "expire_date", "user_id", "started_at", "seen_at", "ip", "browser")
        alive = BrowserSession.objects.filter(pk=row.pk, ended_because="")
        return alive.update(**{column: getattr(row, column) for column in columns})

    def _begin_anew(self, row: BrowserSession | None) -> None:
        """It ended while this request was under way: nobody is signed in with what goes on."""
        if row is None:
            raise UpdateError
        self._forget(row.ended_because)
        self.create()

    def _forget(self, because: str) -> None:
        """Keep nothing but why, and what may outlive a session."""
        kept = {key: value for key, value in self.items() if key.startswith(OUTLIVES)}
        self._session_key, self._session_cache, self.seen_at = None, {**kept, ENDED: because}, None
        self.accessed = self.modified = True


def _insert(row: BrowserSession) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise CreateError from None


def _ending(row: BrowserSession) -> str:
    """Why the row is over; "" where nobody was signed in. What has reached a limit is ended for good."""
    if row.ended_because or row.started_at is None or row.user is None:
        return row.ended_because
    because = limits.reason(row.started_at)
    browsers.end(BrowserSession.objects.filter(pk=row.pk), user=row.user, because=because)
    return because


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, tz=UTC)

"""System checks of the site in which Byline's apps are installed. docs/checks.md lists all ids.

Without these checks, a mistake in the site's settings would be noticed only when a page breaks, or not at all.
"""

from collections.abc import Iterator
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Warning
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.shortcuts import resolve_url
from django.template import Context, TemplateDoesNotExist, TemplateSyntaxError, engines
from django.template.backends.django import DjangoTemplates
from django.template.base import NodeList
from django.template.loader_tags import BlockNode, ExtendsNode
from django.urls import NoReverseMatch, Resolver404, reverse
from django.utils.module_loading import import_string

import byline
from identity.conf import settings as identity_settings
from identity.regions import UnknownRegion
from identity.roles import RoleName
from identity.signin import addresses as addresses_of_site
from identity.signin import csp, ways

APPS = {
    **{f"django.contrib.{name}": "" for name in ("auth", "contenttypes", "messages", "staticfiles")},
    "simple_history": "",
    **dict.fromkeys(byline.APPS, "Write INSTALLED_APPS = [..., 'simple_history', *byline.APPS]."),
}
SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
DJANGOS = (
    SESSION,
    "django.middleware.csrf.CsrfViewMiddleware",
    AUTHENTICATION,
    "django.contrib.messages.middleware.MessageMiddleware",
)
WHERE = "Write MIDDLEWARE = [..., *byline.MIDDLEWARE], after Django's AuthenticationMiddleware."
ORDER = [(SESSION, AUTHENTICATION), *((AUTHENTICATION, one) for one in byline.MIDDLEWARE if "Context" not in one)]
PROCESSORS = (
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "identity.context_processors.smartsheet",
)
ADDRESSES = ("identity:callback", "edits:sheets", "audit:log")
BLOCKS = ("title", "styles", "content", "scripts")
STORE = "identity.sessions.store"
USE_OURS = f"Set SESSION_ENGINE = '{STORE}' and run migrate, or accept this limit."
ROLES = "identity.backends.RolesBackend"
ROLE_VARIABLES = {
    "BYLINE_AUDITORS": RoleName.AUDITOR,
    "BYLINE_FORM_DESIGNERS": RoleName.FORM_DESIGNER,
    "BYLINE_ADMINISTRATORS": RoleName.ADMINISTRATOR,
}


def installed_apps(**_kwargs: Any) -> list[CheckMessage]:
    """Report byline.E002 if an app is missing."""
    return [
        Error(f"INSTALLED_APPS has no '{name}'.", hint=hint or "Add it.", id="byline.E002")
        for name, hint in APPS.items()
        if not apps.is_installed(name)
    ]


def middleware(**_kwargs: Any) -> list[CheckMessage]:
    """Report byline.E003 if a middleware is missing, and byline.E004 if two middlewares are in the wrong order."""
    found = [import_string(path) for path in settings.MIDDLEWARE]
    places = {path: _place(path, found) for path in (*DJANGOS, *byline.MIDDLEWARE)}
    messages: list[CheckMessage] = [
        Error(f"MIDDLEWARE has no '{path}'.", hint=WHERE if path in byline.MIDDLEWARE else "Add it.", id="byline.E003")
        for path, place in places.items()
        if place is None
    ]
    for first, then in ORDER:
        before, after = places[first], places[then]
        if before is not None and after is not None and before > after:
            messages.append(Error(f"In MIDDLEWARE, '{then}' must come after '{first}'.", hint=WHERE, id="byline.E004"))
    return messages


def _place(path: str, found: list[Any]) -> int | None:
    """Return the position in `found` of the middleware `path` or of a subclass of it. Return None if `found` has
    neither.
    """
    wanted = import_string(path)
    for at, one in enumerate(found):
        if one is wanted or (isinstance(one, type) and isinstance(wanted, type) and issubclass(one, wanted)):
            return at
    return None


def templates(**_kwargs: Any) -> list[CheckMessage]:
    """Report byline.E005 if a context processor is missing, and byline.E006 if the site's byline/base.html lacks a
    block that Byline's pages fill.
    """
    engine = next((one for one in engines.all() if isinstance(one, DjangoTemplates)), None)
    if engine is None:
        return [Error("TEMPLATES has no DjangoTemplates backend.", hint="Add it.", id="byline.E005")]
    messages: list[CheckMessage] = [
        Error(f"TEMPLATES has no context processor '{name}'.", hint="Add it to its OPTIONS.", id="byline.E005")
        for name in PROCESSORS
        if name not in engine.engine.context_processors
    ]
    try:
        frame = engine.engine.get_template("byline/base.html")
    except TemplateDoesNotExist:
        hint = "Set APP_DIRS to True in TEMPLATES, or add the loader app_directories."
        return [*messages, Error("Django finds no templates of Byline.", hint=hint, id="byline.E006")]
    context = Context()
    context.template = frame  # the tag `extends` takes the template engine from this attribute
    found = _blocks(frame.nodelist, context)
    lacking = [f"“{name}”" for name in BLOCKS if name not in found]
    if lacking:
        message = f"The template {frame.origin} has no block {', '.join(lacking)}, so pages are incomplete."
        messages.append(
            Error(message, hint="Add {% block NAME %}{% endblock %} for each of these blocks.", id="byline.E006")
        )
    return messages


def _blocks(nodes: NodeList, context: Context) -> set[str]:
    """Return the names of all blocks in a template and in the templates that it extends. If one of these templates can
    be found only during a request, return all of BLOCKS too, so that the check reports no missing blocks.
    """
    found = {node.name for node in nodes.get_nodes_by_type(BlockNode) if isinstance(node, BlockNode)}
    for node in nodes.get_nodes_by_type(ExtendsNode):
        try:
            found |= _blocks(cast("ExtendsNode", node).get_parent(context).nodelist, context)
        except (TemplateDoesNotExist, TemplateSyntaxError):
            return found.union(BLOCKS)
    return found


def addresses(**_kwargs: Any) -> list[CheckMessage]:
    """Report byline.E007 if Byline's pages have no addresses, and byline.W004 if there is no page at LOGIN_URL."""
    try:
        for name in ADDRESSES:
            reverse(name)
    except NoReverseMatch:
        hint = "Add path('smartsheet/', include('byline.urls')) to ROOT_URLCONF."
        return [Error("The pages of Byline have no addresses.", hint=hint, id="byline.E007")]
    try:
        path = resolve_url(settings.LOGIN_URL).partition("?")[0]
        if path.startswith("/"):
            addresses_of_site.match_of(path)
    except (NoReverseMatch, Resolver404):
        message = f"LOGIN_URL is {settings.LOGIN_URL!r}, where this site has no page."
        return [Warning(message, hint="Set LOGIN_URL to the address or name of the login page.", id="byline.W004")]
    return []


def sessions(**_kwargs: Any) -> list[CheckMessage]:
    """Report byline.E010 if browsers that come back from Smartsheet send no session cookie, byline.W001 if a session
    can't be ended, and byline.W002 if processes don't share sessions.
    """
    messages: list[CheckMessage] = []
    if str(settings.SESSION_COOKIE_SAMESITE).lower() == "strict":
        message = "SESSION_COOKIE_SAMESITE is Strict, so no one can connect: a browser that comes from Smartsheet sends"
        messages.append(Error(f"{message} no session cookie.", hint="Set it to 'Lax'.", id="byline.E010"))
    engine = settings.SESSION_ENGINE
    if engine.endswith(".signed_cookies"):
        message = "Sessions are in signed cookies: no one can end a copied session, not even by logging out."
        messages.append(Warning(message, hint=USE_OURS, id="byline.W001"))
    elif engine.endswith((".cache", ".cached_db")) and _is_cache_of_one_process():
        message = f"Sessions are in the cache {settings.SESSION_CACHE_ALIAS!r}, which processes don't share. So a"
        message += " process can lack the session of a browser that comes back from Smartsheet, or still have a session"
        message += " that ended with a log-out."
        hint = "Choose a cache that all processes share, such as Redis, Memcached or the database."
        messages.append(Warning(message, hint=hint, id="byline.W002"))
    return messages


def session_engine(**_kwargs: Any) -> list[CheckMessage]:
    """Report byline.I001 if the site doesn't use Byline's session engine. The message names the features that are
    missing. Only `check --deploy` and byline_doctor run this check, because otherwise every command would show the
    message.
    """
    engine = settings.SESSION_ENGINE
    if engine == STORE:
        return []
    message = f"With the session engine {engine}, people can't see in which browsers they are logged in, or log out of"
    message += " another browser. SESSION_IDLE_SECONDS and SESSION_ABSOLUTE_SECONDS have no effect."
    return [Info(message, hint=USE_OURS, id="byline.I001")]


def _is_cache_of_one_process() -> bool:
    cache: dict[str, Any] = settings.CACHES.get(settings.SESSION_CACHE_ALIAS, {})
    return str(cache.get("BACKEND", "")).endswith((".LocMemCache", ".DummyCache"))


def content_security_policy(**_kwargs: Any) -> list[CheckMessage]:
    """Report byline.W003 if the Content-Security-Policy in the settings blocks parts of Byline's pages. A middleware of
    the site can set another policy. So byline_doctor also requests a page and checks its header.
    """
    try:
        missing = list(csp.missing(csp.policy_of_settings()))
    except (ImproperlyConfigured, TypeError, StopIteration, UnknownRegion):  # identity.E002 reports it
        return []
    if not missing:
        return []
    message = f"The Content-Security-Policy lacks: {'; '.join(missing)}."
    hint = (
        "Add what the policy lacks. If form-action doesn't allow Smartsheet, browsers block the redirect to "
        "Smartsheet, and no one can connect."
    )
    return [Warning(message, hint=hint, id="byline.W003")]


def people(**_kwargs: Any) -> list[CheckMessage]:
    """Report byline.W005 if roles have no effect, byline.W006 if no one can connect or sign in, and byline.W008 if the
    site has a setting, such as BYLINE_AUDITORS, that gives people roles in Byline's own project but not in other sites.
    """
    messages: list[CheckMessage] = []
    backends = [import_string(path) for path in settings.AUTHENTICATION_BACKENDS]
    has_roles = any(issubclass(backend, import_string(ROLES)) for backend in backends)
    if identity_settings.ROLES and not has_roles:
        message = "ROLES gives people roles, but no authentication backend gives people the permissions of their roles."
        messages.append(Warning(message, hint=f"Add '{ROLES}' to AUTHENTICATION_BACKENDS.", id="byline.W005"))
    messages += _ignored_roles()
    if not identity_settings.BYLINE_CONNECT and not ways.is_sign_in_offered():
        message = "No one can connect Smartsheet or sign in with it."
        hint = "Set BYLINE_CONNECT to True, or add 'identity.backends.SmartsheetBackend' to AUTHENTICATION_BACKENDS."
        messages.append(Warning(message, hint=hint, id="byline.W006"))
    return messages


def _ignored_roles() -> Iterator[CheckMessage]:
    for name, role in ROLE_VARIABLES.items():
        if getattr(settings, name, None) and role not in identity_settings.ROLES:
            message = f"The setting {name} has no effect. Only Byline's own project reads a variable with this name."
            yield Warning(message, hint=f"Set ROLES = {{'{role}': [...]}}.", id="byline.W008")


def times_and_databases(**_kwargs: Any) -> list[CheckMessage]:
    """Report byline.E009 if times have no time zone, and byline.W007 if SQLite would refuse one of two simultaneous
    writes.
    """
    return [*_times(), *_databases()]


def _times() -> Iterator[CheckMessage]:
    if not settings.USE_TZ:
        message = "USE_TZ is False: the log needs times with a zone, and pages would fail."
        yield Error(message, hint="Set USE_TZ = True. Pages still show times in TIME_ZONE.", id="byline.E009")


def _databases() -> Iterator[CheckMessage]:
    connection = connections["default"]
    mode = str(connection.settings_dict["OPTIONS"].get("transaction_mode", "")).upper()
    if connection.vendor == "sqlite" and mode not in {"IMMEDIATE", "EXCLUSIVE"}:
        message = "If two requests write at the same moment on SQLite, one fails with “database is locked”."
        hint = "Set OPTIONS of the database to {'transaction_mode': 'IMMEDIATE', 'timeout': 7}, or use PostgreSQL."
        yield Warning(message, hint=hint, id="byline.W007")


ALL = (
    installed_apps,
    middleware,
    templates,
    addresses,
    sessions,
    content_security_policy,
    people,
    times_and_databases,
)

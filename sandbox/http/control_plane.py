"""Serves the control plane at /_sandbox, which Smartsheet doesn't have.

The control plane lists people and requests, restores the initial state, changes sheets, registers apps, and sets
faults, latency and the clock.
"""

from __future__ import annotations

from typing import Any

import orjson
from aiohttp import web

from sandbox.clock import iso, now, put_forward
from sandbox.errors import ApiError
from sandbox.http.faults import BadFault, read_fault
from sandbox.http.latency import BadLatency, Latency, read_profile
from sandbox.http.pages import index_page, page
from sandbox.http.routing import with_numeric_ids
from sandbox.model.access import Access
from sandbox.model.cell_json import View, dumps
from sandbox.model.event_bus import Cause
from sandbox.model.outside_change import BadChange, change_sheet
from sandbox.model.sheet_json import Rows
from sandbox.model.state import App
from sandbox.model.web_address import is_address
from sandbox.world import World

Json = Any

MOST_AHEAD_SECONDS = 100 * 365 * 86_400
MOST_LEVELS = 100  # the deepest JSON in a body; orjson can't write an answer with more than 254 levels


class BadBody(ValueError):
    """The body of a request isn't JSON, or its JSON is nested too deeply.

    The exception's message says which of the two.
    """


def add_routes(app: web.Application, world: World) -> None:
    """Add the control plane's routes."""
    control = Control(world)
    app.router.add_get("/", control.home)
    app.router.add_get("/_sandbox", control.home)
    app.router.add_get("/_sandbox/", control.index)
    app.router.add_get("/_sandbox/people", control.people)
    app.router.add_post("/_sandbox/reset", control.reset)
    app.router.add_get("/_sandbox/faults", control.faults)
    app.router.add_post("/_sandbox/faults", control.add_faults)
    app.router.add_delete("/_sandbox/faults", control.clear_faults)
    app.router.add_post("/_sandbox/changes", control.change)
    app.router.add_get("/_sandbox/apps", control.apps)
    app.router.add_post("/_sandbox/apps", control.add_app)
    app.router.add_get("/_sandbox/latency", control.latency)
    app.router.add_post("/_sandbox/latency", control.set_latency)
    app.router.add_get("/_sandbox/clock", control.clock)
    app.router.add_post("/_sandbox/clock", control.set_clock)
    app.router.add_get("/_sandbox/requests", control.requests)
    app.router.add_delete("/_sandbox/requests", control.clear_requests)


class Control:
    """The control plane's handlers, one for each route."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def home(self, request: web.Request) -> web.StreamResponse:
        """Redirect to the front page."""
        return web.Response(status=302, headers={"Location": "/_sandbox/"})

    async def index(self, request: web.Request) -> web.StreamResponse:
        """Show the front page."""
        return page(index_page(self.world.state))

    async def people(self, request: web.Request) -> web.StreamResponse:
        """List the people who can sign in, each with a personal access token."""
        people = [
            {
                "id": person.id,
                "email": person.email,
                "name": person.name,
                "token": person.personal_token,
                "firstName": person.profile.get("firstName"),
                "lastName": person.profile.get("lastName"),
                "admin": person.is_admin,
                "about": person.about,
            }
            for person in self.world.state.people.values()
        ]
        return _json(people)

    async def reset(self, request: web.Request) -> web.StreamResponse:
        """Restore the initial state."""
        self.world.reset()
        return _json({"message": "SUCCESS"})

    async def faults(self, request: web.Request) -> web.StreamResponse:
        """List the pending faults."""
        return _json([fault.json() for fault in self.world.faults.pending])

    async def add_faults(self, request: web.Request) -> web.StreamResponse:
        """Add one fault or several. If one of them isn't valid, none of them is added."""
        try:
            ordered = await _body(request)
            faults = [read_fault(item) for item in (ordered if isinstance(ordered, list) else [ordered])]
        except (BadFault, BadBody) as error:
            return _json({"message": str(error)}, status=400)
        self.world.faults.add(faults)
        return await self.faults(request)

    async def clear_faults(self, request: web.Request) -> web.StreamResponse:
        """Remove all faults."""
        self.world.faults.clear()
        return _json([])

    async def change(self, request: web.Request) -> web.StreamResponse:
        """Change a sheet as if a form, an automation, a cell link, or a person in Smartsheet's app did it."""
        state = self.world.state
        try:
            made = change_sheet(state, with_numeric_ids(await _body(request)))
        except (BadChange, BadBody) as error:
            return _json({"message": str(error)}, status=400)
        except ApiError as error:
            return _json(error.body(), status=error.status)
        finally:
            news = state.take_news()
        self.world.bus.publish(Cause(made.by, is_outside=True), news)
        self.world.saver.soon()
        rows = Rows(state, made.sheet, Access.OWNER, View(level=2)).list(made.rows)
        body = {"userId": made.by, "version": made.sheet.version, "rows": rows, "deleted": made.deleted}
        return web.Response(body=dumps(body), content_type="application/json")

    async def latency(self, request: web.Request) -> web.StreamResponse:
        """Return the latency profile."""
        return _json(self.world.latency.json())

    async def set_latency(self, request: web.Request) -> web.StreamResponse:
        """Set the latency profile, and start the series of random waits from its beginning."""
        try:
            profile = read_profile(await _body(request))
        except (BadLatency, BadBody) as error:
            return _json({"message": str(error)}, status=400)
        self.world.latency = Latency(profile, self.world.settings.seed)
        return await self.latency(request)

    async def clock(self, request: web.Request) -> web.StreamResponse:
        """Return the sandbox's time, and how many seconds the sandbox's clock is ahead of the real time."""
        return _json({"now": iso(now()), "ahead": self.world.seconds_ahead})

    async def set_clock(self, request: web.Request) -> web.StreamResponse:
        """Set how many seconds the clock is ahead of the real time."""
        try:
            ahead = float((await _body(request))["ahead"])
            if not abs(ahead) <= MOST_AHEAD_SECONDS:
                raise ValueError(ahead)
        except (KeyError, TypeError, ValueError):
            return _json({"message": "send a JSON object with ahead: seconds, at most a century"}, status=400)
        self.world.seconds_ahead = ahead
        put_forward(ahead)
        return await self.clock(request)

    async def apps(self, request: web.Request) -> web.StreamResponse:
        """List the registered clients, without their secrets."""
        return _json([_app(app) for app in self.world.state.apps.values()])

    async def add_app(self, request: web.Request) -> web.StreamResponse:
        """Register or replace a client."""
        try:
            given = await _body(request)
            if not is_address(given["redirectUrl"]):
                raise TypeError(given["redirectUrl"])
            app = App(
                client_id=str(given["clientId"]),
                client_secret=str(given["clientSecret"]),
                redirect_url=str(given["redirectUrl"]),
                name=str(given.get("name", given["clientId"])),
            )
        except (KeyError, TypeError, AttributeError, BadBody):
            message = "send a JSON object with clientId, clientSecret, redirectUrl (a URL) and optionally name"
            return _json({"message": message}, status=400)
        self.world.state.apps[app.client_id] = app
        self.world.saver.soon()
        return _json(_app(app))

    async def requests(self, request: web.Request) -> web.StreamResponse:
        """List the requests in the journal."""
        return _json([arrival.json() for arrival in self.world.journal.arrivals])

    async def clear_requests(self, request: web.Request) -> web.StreamResponse:
        """Clear the request journal."""
        self.world.journal.clear()
        return _json([])


async def _body(request: web.Request) -> Json:
    """Return the JSON in a request's body. Raises BadBody if it isn't JSON, or is nested too deeply."""
    try:
        content: Json = orjson.loads(await request.read())
    except orjson.JSONDecodeError as error:
        raise BadBody(str(error)) from None
    level, levels = [content], 0
    while level := [one for one in level if isinstance(one, dict | list)]:
        levels += 1
        if levels > MOST_LEVELS:
            raise BadBody(f"the JSON is nested more than {MOST_LEVELS} levels deep")
        level = [item for one in level for item in (one.values() if isinstance(one, dict) else one)]
    return content


def _app(app: App) -> Json:
    return {"clientId": app.client_id, "redirectUrl": app.redirect_url, "name": app.name}


def _json(content: Json, *, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(content), status=status, content_type="application/json")

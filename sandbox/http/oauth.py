"""Serves the consent page of the sign-in, and redirects back to the app.

https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/oauth
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web

from sandbox.clock import epoch_ms, now
from sandbox.http.pages import consent_page, error_page, page
from sandbox.model.access import SCOPES
from sandbox.model.state import App, Person
from sandbox.world import World

CARRIED = ("client_id", "response_type", "scope", "state", "redirect_uri")


def add_routes(app: web.Application, world: World) -> None:
    """Add the route of the consent page."""
    consent = Consent(world)
    app.router.add_get("/b/authorize", consent.ask, name="authorize")
    app.router.add_post("/b/authorize", consent.decide)


class Consent:
    """Handles the consent page. Apps request it by GET or POST. The page's form sends a POST with a `decision`."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """Show the consent page. If the request isn't valid, answer with an error page or a redirect instead."""
        return self._page(request.query)

    async def decide(self, request: web.Request) -> web.StreamResponse:
        """Handle a click on Allow or Deny.

        If a POST has no `decision`, it comes from an app. Then the answer is the consent page.
        """
        form = dict(parse_qsl((await request.read()).decode("utf-8", "replace"), keep_blank_values=True))
        parameters = dict(request.query) | form
        refusal = self._refusal(parameters)
        if refusal is not None or "decision" not in form:
            return refusal or self._page(parameters)
        app = self.world.state.apps[parameters["client_id"]]
        if form["decision"] != "allow":
            return _back(app, {"error": "access_denied"}, parameters)
        person = form.get("person", "")
        if person not in {str(each.id) for each in self._people()}:
            return self._page(parameters, message="Choose who you are.")
        return self._allow(app, int(person), parameters)

    def _allow(self, app: App, person_id: int, parameters: Mapping[str, str]) -> web.StreamResponse:
        scopes, seconds = parameters.get("scope", "").split(), self.world.settings.code_seconds
        grant = self.world.state.grant(app=app, person_id=person_id, scopes=scopes, seconds=seconds)
        self.world.saver.soon()
        lifetime_ms = epoch_ms(grant.expires_at) - epoch_ms(now())
        return _back(app, {"code": grant.code, "expires_in": str(lifetime_ms)}, parameters)

    def _people(self) -> list[Person]:
        return [person for person in self.world.state.people.values() if person.is_active]

    def _page(self, parameters: Mapping[str, str], *, message: str = "") -> web.StreamResponse:
        refusal = self._refusal(parameters)
        if refusal is not None:
            return refusal
        state = self.world.state
        carried = {name: parameters[name] for name in CARRIED if name in parameters}
        content = consent_page(
            app=state.apps[parameters["client_id"]],
            people=self._people(),
            scopes=parameters.get("scope", "").split(),
            carried=carried,
            message=message,
        )
        return page(content, status=400 if message else 200)

    def _refusal(self, parameters: Mapping[str, str]) -> web.StreamResponse | None:
        """Return the answer to a request that isn't valid; None if the request is valid. If the app or its redirect URL
        is unknown, the answer is an error page. For any other problem, the answer is a redirect with an error.
        """
        app = self.world.state.apps.get(parameters.get("client_id", ""))
        if app is None:
            return _error("The Client ID is missing or invalid")
        if parameters.get("redirect_uri", app.redirect_url) != app.redirect_url:
            return _error("The redirect URI is missing or invalid")
        if not parameters.get("response_type"):
            return _back(app, {"error": "invalid_request"}, parameters)
        if parameters["response_type"] != "code":
            return _back(app, {"error": "unsupported_response_type"}, parameters)
        if any(scope not in SCOPES for scope in parameters.get("scope", "").split()):
            return _back(app, {"error": "invalid_scope"}, parameters)
        return None


def _error(message: str) -> web.Response:
    return page(error_page(message), status=400)


def _back(app: App, answer: dict[str, str], parameters: Mapping[str, str]) -> web.Response:
    """Return a redirect (302) to the app's registered URL.

    The query of the URL has the `answer` and the request's `state`.
    """
    if "state" in parameters:
        answer |= {"state": parameters["state"]}
    joint = "&" if urlsplit(app.redirect_url).query else "?"
    return web.Response(status=302, headers={"Location": f"{app.redirect_url}{joint}{urlencode(answer)}"})

"""The HTTP server: routes, faults, limits, and errors as JSON."""

from __future__ import annotations

import asyncio
import ssl
import sys
import traceback
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from inspect import isawaitable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from sandbox import api, clock
from sandbox.errors import ApiError
from sandbox.http import control_plane, downloads, oauth
from sandbox.http.authorization import acting_person, authenticate, authorize, media_type, token_in
from sandbox.http.faults import Fault
from sandbox.http.request_journal import Arrival
from sandbox.http.responses import error_response, file_response, hang_up, json_response, spoil
from sandbox.http.routing import OPERATIONS, Call, Operation
from sandbox.model.cell_json import dumps
from sandbox.model.event_bus import Cause, change_agent
from sandbox.model.export import Export
from sandbox.model.state import Person, Token
from sandbox.world import World

PREFIX = "/2.0"
LONGEST_ADDRESS = 8_150  # in bytes; Smartsheet also refuses long addresses with 414, but its limit is unknown
TOO_LONG = "<html><body><h1>414 Request-URI Too Large</h1></body></html>"
SLASH = "slash"  # ends the names of routes for older clients, which add a slash to the path
NOBODY = Token(access="", person_id=0)

__all__ = ["BadCertificate", "api", "listening", "make_app"]


class BadCertificate(Exception):
    """The certificate or its key can't be used. The exception's message says why."""


def make_app(world: World) -> web.Application:
    """Return the aiohttp application that serves the API, the consent page, downloads and the control plane."""
    app = web.Application(middlewares=[_through(world)], client_max_size=0)
    for operation in OPERATIONS.values():
        handler = _endpoint(world, operation)
        path, name = PREFIX + operation.path, _route_name(operation)
        app.router.add_route(operation.method, path, handler, name=name)
        app.router.add_route(operation.method, f"{path}/", handler, name=f"{name}.{SLASH}")
    oauth.add_routes(app, world)
    downloads.add_routes(app, world)
    control_plane.add_routes(app, world)
    return app


def _route_name(operation: Operation) -> str:
    """Return the operation's id with underscores. aiohttp doesn't accept a name with hyphens if one of its parts is a
    Python keyword, as in `create-sheet-in-folder`.
    """
    return operation.id.replace("-", "_")


def _operation_in(request: web.Request) -> str | None:
    """Return the id of the requested operation.

    For a route that isn't an operation, return the route's name; None if the route has no name.
    """
    name = request.match_info.route.name
    return name.removesuffix(f".{SLASH}").replace("_", "-") if name else None


def _endpoint(world: World, operation: Operation) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await _answer(world, operation, request, await request.read())

    return handle


async def _answer(world: World, operation: Operation, request: web.Request, body: bytes) -> web.Response:
    """Carry out one operation. Few operations await anything, so two operations rarely run at the same time."""
    state, headers = world.state, _readable(request)
    token, person = NOBODY, Person(id=0, profile={})
    if not operation.is_open:
        token = authenticate(state, headers)
        world.rate_limit.spend(token.access, is_heavy=operation.is_heavy(headers))
        authorize(operation, token)
        person = acting_person(state, token, headers)
    path, query, courier = request.match_info, request.query, world.courier
    form = media_type(operation, headers)
    call = Call(state, world.settings, operation, token, person, path, query, headers, body, courier, form)
    call.check()
    try:
        content = operation.handler(call)
    finally:
        news = state.take_news()
    if isawaitable(content):
        content = await content
    if operation.method != "GET":
        agent = change_agent(headers.get("Smartsheet-Change-Agent"))
        world.bus.publish(Cause(token.person_id or None, token.client_id, agent), news)
        world.saver.soon()
    if isinstance(content, Export):
        return file_response(content.content, media_type=content.media_type, name=content.name)
    return json_response(dumps(content, numeric_dates=call.flag("numericDates")))


def _readable(request: web.Request) -> Mapping[str, str]:
    """Return the headers as valid text. Older clients send Latin-1, so bytes that aren't UTF-8 are read as Latin-1.

    aiohttp itself would turn such bytes into surrogates, which can't be encoded in an answer.
    """
    if all(value.isascii() for value in request.headers.values()):
        return request.headers
    headers = request.headers.copy()
    for name, value in request.headers.items():
        try:
            value.encode()
        except UnicodeEncodeError:
            headers[name] = value.encode("utf-8", "surrogateescape").decode("latin-1")
    return headers


def _through(world: World) -> Middleware:
    @web.middleware
    async def through(request: web.Request, handler: Handler) -> web.StreamResponse:
        clock.put_forward(world.seconds_ahead)
        if request.path.startswith("/_sandbox"):
            return await handler(request)
        arrival = _note(world, request)
        try:
            with _alone(world, request):
                response = await _with_faults(world, request, handler, arrival)
        except ApiError as error:
            response = error_response(error)
            arrival.status = response.status
        if not world.settings.quiet:
            who = world.state.people.get(arrival.person_id or 0)
            print(
                request.method,
                request.rel_url.raw_path,
                arrival.status or "dropped",
                who.name if who else "-",
                file=sys.stderr,
            )
        return response

    return through


def _note(world: World, request: web.Request) -> Arrival:
    arrival = world.journal.note(method=request.method, path=request.path, query=request.query_string)
    arrival.operation = _operation_in(request)
    token = token_in(world.state, request.headers)
    arrival.person_id = token.person_id if token else None
    return arrival


@contextmanager
def _alone(world: World, request: web.Request) -> Iterator[None]:
    """Until the context ends, store that a request with this token is changing the sheet.

    Raises ApiError 4004 if the sheet is already being changed with the same token.
    """
    operation = OPERATIONS.get(_operation_in(request) or "")
    token = token_in(world.state, request.headers)
    is_free = not world.settings.one_write_at_a_time
    if is_free or operation is None or token is None or not operation.changes_sheet:
        yield
        return
    key = (token.access, request.match_info["sheetId"])
    if key in world.busy:
        raise ApiError(4004, key[1])
    world.busy.add(key)
    try:
        yield
    finally:
        world.busy.discard(key)


async def _with_faults(world: World, request: web.Request, handler: Handler, arrival: Arrival) -> web.StreamResponse:
    resets = world.resets
    try:
        await request.read()
    except ConnectionError:  # the client closed the connection before its whole body arrived
        return hang_up(request)
    if resets != world.resets:
        return hang_up(request)
    if len(request.raw_path) > LONGEST_ADDRESS:
        arrival.status = 414
        return web.Response(text=TOO_LONG, status=414, content_type="text/html")
    fault = world.faults.take(
        method=request.method, path=request.path, operation=arrival.operation, person_id=arrival.person_id
    )
    arrival.latency = world.latency.wait_before(request.method)
    if arrival.latency:
        await asyncio.sleep(arrival.latency)
    if fault and fault.delay and resets == world.resets:
        await world.faults.wait(fault.delay)
    if resets != world.resets:
        return hang_up(request)
    if fault is None:
        return await _carry_out(request, handler, arrival)
    response = await _carry_out(request, handler, arrival) if fault.carries_out else web.Response()
    if fault.hold:
        await world.faults.wait(fault.hold)
    if resets != world.resets:
        return hang_up(request)
    return await _spoilt(request, response, fault, arrival)


async def _spoilt(
    request: web.Request, response: web.StreamResponse, fault: Fault, arrival: Arrival
) -> web.StreamResponse:
    if fault.drop:
        arrival.status = None
    elif fault.status or fault.refuses:
        arrival.status = fault.status or fault.error().status
    else:
        arrival.status = response.status
    return await spoil(request, response, fault)


async def _carry_out(request: web.Request, handler: Handler, arrival: Arrival) -> web.StreamResponse:
    try:
        response = await handler(request)
    except ApiError as error:
        response = error_response(error)
    except web.HTTPException as refusal:
        response = _unknown(request, refusal)
    except Exception:  # noqa: BLE001 - a bug of ours must look like Smartsheet's own error, and be seen on stderr
        traceback.print_exc()
        response = error_response(ApiError(4000))
    arrival.status = response.status
    arrival.applied = response.status < 400
    return response


def _unknown(request: web.Request, refusal: web.HTTPException) -> web.Response:
    """Return the error for an operation that the sandbox doesn't have. The request is also printed on stderr, because
    Smartsheet possibly has the operation.
    """
    print(f"NOT EMULATED: {request.method} {request.rel_url.raw_path}", file=sys.stderr, flush=True)
    if isinstance(refusal, web.HTTPMethodNotAllowed):
        return error_response(ApiError(1122, request.method))
    return error_response(ApiError(1006))


@asynccontextmanager
async def listening(world: World) -> AsyncIterator[str]:
    """Serve until the context ends, and yield the address. Raises OSError if the port is in use, and BadCertificate if
    the certificate or its key can't be used.
    """
    app = make_app(world)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, max_line_size=2 * LONGEST_ADDRESS)
    await runner.setup()
    settings = world.settings
    try:
        site = web.TCPSite(runner, settings.host, settings.port, ssl_context=_tls(world), backlog=1024)
        await site.start()
        world.courier.resume()
        host, port = runner.addresses[0][:2]
        yield f"{'https' if settings.tls else 'http'}://{host}:{port}"
    finally:
        await runner.cleanup()
        world.courier.stop()
        await world.callbacks.close()
        world.saver.now()


def _tls(world: World) -> ssl.SSLContext | None:
    if world.settings.tls is None:
        return None
    certificate, key = world.settings.tls
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:
        raise BadCertificate(f"cannot serve https with {certificate} and {key}: {error.strerror or error}") from error
    return context

"""What the stand-in starts with: the same people, sheets and ids every time."""

from __future__ import annotations

from sandbox.seed.large import large_sheet
from sandbox.seed.people import groups, people
from sandbox.seed.site_plan import site_plan
from sandbox.seed.small import budget, empty_sheet, snagging_list
from sandbox.settings import Settings
from sandbox.state import App, State, Token

FIRST_RUNTIME_ID = 10**9


def seeded(settings: Settings) -> State:
    """A fresh state."""
    state = State()
    state.people = {person.id: person for person in people()}
    for person in state.people.values():
        state.tokens[person.personal_token] = Token(person.personal_token, person.id)
    register_demo_app(state, settings)
    state.groups = {group.id: group for group in groups()}
    spending = budget(state)
    site_plan(state, spending)
    snagging_list(state)
    empty_sheet(state)
    if settings.rows:
        large_sheet(state, rows=settings.rows, columns=settings.columns)
    state.ids_given = FIRST_RUNTIME_ID
    return state


def register_demo_app(state: State, settings: Settings) -> None:
    """The client that is there from the start, with the redirect URL of this start."""
    app = App("byline-demo", "byline-demo-secret", settings.redirect_url, "Byline (demo)")
    state.apps[app.client_id] = app

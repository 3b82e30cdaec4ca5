"""Makes the initial state, which has the same people, sheets and ids every time."""

from __future__ import annotations

from sandbox.model.state import App, State, Token
from sandbox.seed.filters_and_reports import add_filters, add_report
from sandbox.seed.fit_out_plan import fit_out_plan
from sandbox.seed.people import groups, people
from sandbox.seed.plain_sheets import budget, empty_sheet, large_sheet, snagging_list
from sandbox.seed.site_dashboard import add_dashboard
from sandbox.seed.site_plan import site_plan
from sandbox.seed.workflows import add_automation_rules
from sandbox.settings import Settings

FIRST_RUNTIME_ID = 10**9


def seeded(settings: Settings) -> State:
    """Return a new state with the initial data."""
    state = State(settings.region)
    state.people = {person.id: person for person in people()}
    for person in state.people.values():
        person.region = settings.region
        state.tokens[person.personal_token] = Token(person.personal_token, person.id)
    register_apps(state, settings)
    state.groups = {group.id: group for group in groups()}
    spending = budget(state)
    plan = site_plan(state, spending)
    snagging_list(state)
    empty_sheet(state)
    fit_out_plan(state)
    if settings.rows:
        large_sheet(state, rows=settings.rows, columns=settings.columns)
    add_filters(state, plan)
    report = add_report(state, plan, spending)
    add_automation_rules(state, plan)
    add_dashboard(state, plan, spending, report)
    state.ids_given = FIRST_RUNTIME_ID
    return state


def register_apps(state: State, settings: Settings) -> None:
    """Register the demo client, and the clients that the command line names."""
    demo = App("byline-demo", "byline-demo-secret", settings.redirect_url, "Byline (demo)")
    told = [App(client_id, secret, url, client_id) for client_id, secret, url in settings.apps]
    state.apps |= {app.client_id: app for app in (demo, *told)}

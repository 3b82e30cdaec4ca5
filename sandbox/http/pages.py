"""HTML pages for people: consent, error, and the front page of the control plane."""

from __future__ import annotations

from html import escape

from aiohttp import web

from sandbox.model.access import SCOPES
from sandbox.model.state import App, Person, State

STYLE = """
:root { color-scheme: light dark; --back: #f4f5f7; --card: #fff; --ink: #1c2430; --soft: #5a6675; --line: #d5dae1;
  --accent: #0b5fce; --on-accent: #fff; --warn: #fff4d6; --warn-ink: #5c4300; }
@media (prefers-color-scheme: dark) { :root { --back: #12161c; --card: #1b212a; --ink: #e8ecf1; --soft: #a3afbd;
  --line: #36404d; --accent: #7db3ff; --on-accent: #0b1420; --warn: #3a2f10; --warn-ink: #ffe6a3; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 1rem; }
.practice { margin: 0; background: var(--warn); color: var(--warn-ink); padding: .6rem 1rem; text-align: center; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
fieldset { border: 0; margin: 1rem 0 0; padding: 0; } legend { font-weight: 600; padding: 0; margin-bottom: .5rem; }
label.person { display: flex; gap: .75rem; align-items: flex-start; padding: .6rem .75rem; margin-bottom: .5rem;
  border: 1px solid var(--line); border-radius: .5rem; cursor: pointer; }
label.person:hover, label.person:has(:checked) { border-color: var(--accent); }
label.person input { margin-top: .35rem; accent-color: var(--accent); }
label.person > span { min-width: 0; overflow-wrap: anywhere; }
.soft { color: var(--soft); } small { display: block; }
.buttons { display: flex; gap: .75rem; margin-top: 1.25rem; flex-wrap: wrap; }
button { font: inherit; padding: .6rem 1.5rem; border-radius: .5rem; border: 1px solid var(--accent); cursor: pointer;
  background: transparent; color: var(--accent); }
button.allow { background: var(--accent); color: var(--on-accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.problem { border-left: .3rem solid #d03b3b; padding: .25rem .75rem; }
.people { list-style: none; padding: 0; }
.people li { overflow-wrap: anywhere; padding: .5rem 0; border-bottom: 1px solid var(--line); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
code { font-size: .875em; overflow-wrap: anywhere; } td code { white-space: nowrap; } a { color: var(--accent); }
"""

GUARDED = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
    " base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PRACTICE = "Practice sandbox. This is not Smartsheet: the people aren't real, and nothing reaches Smartsheet."


def _layout(title: str, content: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{escape(title)}</title>\n<link rel="icon" href="data:,">\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<p class="practice" role="note">{PRACTICE}</p>\n'
        f'<main>\n<div class="card">\n{content}\n</div>\n</main>\n</body>\n</html>\n'
    )


def page(content: str, *, status: int = 200) -> web.Response:
    """Return a response with an HTML page.

    The headers forbid scripts, external files, frames around the page, and caching.
    """
    return web.Response(text=content, status=status, content_type="text/html", headers=GUARDED)


def consent_page(
    *, app: App, people: list[Person], scopes: list[str], carried: dict[str, str], message: str = ""
) -> str:
    """Return the consent page. `carried` has the request's parameters, which the page keeps in hidden inputs."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">\n' for name, value in carried.items()
    )
    problem = f'<p class="problem" role="alert">{escape(message)}</p>\n' if message else ""
    return _layout(
        f"Allow {app.name}?",
        f"<h1>Allow {escape(app.name)} to access your account?</h1>\n{problem}{_scope_list(scopes)}"
        f'<form method="post" action="/b/authorize">\n{hidden}'
        f"<fieldset>\n<legend>Continue as</legend>\n{''.join(map(_person_choice, people))}</fieldset>\n"
        '<div class="buttons">\n'
        '<button class="allow" type="submit" name="decision" value="allow">Allow</button>\n'
        '<button type="submit" name="decision" value="deny" formnovalidate>Deny</button>\n'
        "</div>\n</form>",
    )


def _scope_list(scopes: list[str]) -> str:
    if not scopes:
        return '<p class="soft">It will see your profile, such as your name and e-mail address.</p>\n'
    items = "".join(f"<li>{escape(SCOPES[scope])} <code>{escape(scope)}</code></li>\n" for scope in scopes)
    return f'<p class="soft">It will be able to:</p>\n<ul>\n{items}</ul>\n'


def _person_choice(person: Person) -> str:
    field = f"person-{person.id}"
    return (
        f'<label class="person" for="{field}">'
        f'<input type="radio" name="person" id="{field}" value="{person.id}" required>'
        f"<span>{_who(person)}</span></label>\n"
    )


def _who(person: Person) -> str:
    address = f"<small>{escape(person.email)}</small>" if person.email != person.name else ""
    return f'<strong>{escape(person.name)}</strong>{address}<small class="soft">{escape(person.about)}</small>'


def error_page(message: str) -> str:
    """Return the error page for a request that can't be redirected, because the app or its redirect URL is unknown."""
    return _layout(
        "Cannot authorize",
        f"<h1>Cannot authorize</h1>\n<p>{escape(message)}</p>\n"
        '<p class="soft">Register the app with POST /_sandbox/apps. See the <a href="/_sandbox/">front page</a>.</p>',
    )


def index_page(state: State) -> str:
    """Return the front page. It lists people with their tokens, lists the sheets, and links to the control plane."""
    people = "".join(
        f"<li>{_who(person)}<code>{person.personal_token}</code></li>\n" for person in state.people.values()
    )
    sheets = "".join(
        f"<tr><td>{escape(sheet.name)}</td><td><code>{sheet.id}</code></td><td>{len(sheet.rows)} rows</td>"
        f"<td>{escape(state.people[sheet.owner_id].name)}</td></tr>\n"
        for sheet in state.sheets.values()
    )
    return _layout(
        "Smartsheet sandbox",
        f"<h1>A sandbox for Smartsheet ({escape(state.region)})</h1>\n"
        '<p class="soft">The API is at <code>/2.0</code>, the sign-in at <code>/b/authorize</code>.</p>\n'
        f"<h2>People and their access tokens</h2>\n<ul class='people'>\n{people}</ul>\n"
        "<h2>Sheets</h2>\n<div class='scroll' tabindex='0' role='region' aria-label='Sheets'><table><thead><tr>"
        "<th scope='col'>Name</th><th scope='col'>Id</th><th scope='col'>Size</th><th scope='col'>Owner</th></tr>"
        f"</thead><tbody>\n{sheets}</tbody></table></div>\n"
        "<h2>Control</h2>\n<p><a href='/_sandbox/people'>people</a>, <a href='/_sandbox/requests'>requests</a>, "
        "<a href='/_sandbox/faults'>faults</a>, <a href='/_sandbox/latency'>latency</a>, "
        "<a href='/_sandbox/clock'>clock</a> and <a href='/_sandbox/apps'>apps</a> as JSON; "
        "POST <code>/_sandbox/reset</code> restores the initial state.</p>",
    )

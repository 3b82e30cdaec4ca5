"""Makes the site plan. It has three levels of rows, and a column of each type that clients can write to."""

from __future__ import annotations

from sandbox.model.access import Access
from sandbox.model.sheet import Cell, CellRef, Row, Sheet
from sandbox.model.state import State
from sandbox.seed.builder import Builder
from sandbox.seed.people import ALICE, BOB, CHARLIE, DORA, ERIKA, FRANK

ALICE_MAIL, BOB_MAIL = "alice@example.com", "bob@example.com"
SUM = "=SUM(CHILDREN())"

# The indentation shows the hierarchy. A task has start, finish, budget, spent, status, responsible and equipment.
PLAN = """\
Groundworks
    Preparation
        Survey and set out    | 2026-01-05 | 2026-01-07 |  4200 |  4150 | Complete    | bob   | Total station
        Site fence and cabins | 2026-01-06 | 2026-01-09 |  9800 |  9800 | Complete    | bob   | Lorry
        Temporary power       | 2026-01-08 | 2026-01-12 |  6500 |  7120 | Complete    | dora  |
    Excavation
        Dig foundations       | 2026-01-12 | 2026-01-23 | 38000 |     0 | In progress | bob   | Excavator, Lorry
        Drainage runs         | 2026-01-19 | 2026-01-28 | 17500 |     0 | Blocked     | dora  | Excavator
Structure
    Concrete
        Reinforcement         | 2026-01-26 | 2026-02-06 | 41000 |     0 | Not started | bob   | Crane
        Pour slab             | 2026-02-09 | 2026-02-11 | 66500 |     0 | Not started | dora  | Concrete pump
        Core walls            | 2026-02-12 | 2026-03-06 | 87250 |     0 | Not started | dora  | Crane, Concrete pump
    Timber frame
        Deliver frames        | 2026-03-09 | 2026-03-10 | 71000 |     0 | Not started | alice | Lorry, Crane
        Raise frames          | 2026-03-11 | 2026-03-27 | 44250 |     0 | Not started | bob   | Crane
Envelope
    Roof
        Roof membrane         | 2026-03-30 | 2026-04-08 | 52300 |     0 | Not started | frank | Crane
        Gutters & downpipes   | 2026-04-09 | 2026-04-14 | 11200 |     0 | Not started | frank |
"""


def site_plan(state: State, budget: Sheet) -> Sheet:
    """Build the site plan. Some of its cells are linked to amounts in the budget."""
    shares = {
        BOB: Access.EDITOR,
        CHARLIE: Access.VIEWER,
        DORA: Access.COMMENTER,
        ERIKA: Access.ADMIN,
        FRANK: Access.EDITOR,
    }
    build = Builder(state, "Site plan", place=1, owner=ALICE, shares=shares)
    _columns(build)
    _plan(build, budget)
    _last_rows(build)
    _link_back(build.sheet, budget)
    _past(build)
    return build.finish()


def _columns(build: Builder) -> None:
    build.column("Task", primary=True, width=260, description="What is to be done")
    build.column("No.", system_type="AUTO_NUMBER", auto_number={"prefix": "SP-", "fill": "000"}, width=80)
    build.column("Status", "PICKLIST", options=["Not started", "In progress", "Blocked", "Complete"], validation=True)
    build.column("Health", "PICKLIST", symbol="RYG", width=70)
    build.column("Done", "CHECKBOX", width=60)
    build.column("At risk", "CHECKBOX", symbol="FLAG", width=60)
    build.column("Start", "DATE")
    build.column("Finish", "DATE", description="The last day of work on it")
    options = [{"name": "Alice Archer", "email": ALICE_MAIL}, {"name": "Bob Baker", "email": BOB_MAIL}]
    build.column("Responsible", "CONTACT_LIST", contact_options=options)
    build.column("Team", "MULTI_CONTACT_LIST")
    build.column("Trade", "PICKLIST", options=["Earthworks", "Concrete", "Timber", "Roofing", "Electrical", "Plumbing"])
    build.column(
        "Equipment", "MULTI_PICKLIST", options=["Excavator", "Crane", "Lorry", "Concrete pump", "Total station"]
    )
    build.column("Budget", description="In euros")
    build.column("Spent")
    build.column("Remaining", formula="=[Budget]@row - [Spent]@row", description="Calculated: Budget minus Spent")
    build.column("Approved", description="Linked from the budget sheet")
    build.column("Permit no.", locked=True, description="Locked: entered by the office")
    build.column("Drawing")
    build.column("Notes", width=320)
    build.column("Created", "DATETIME", system_type="CREATED_DATE")
    build.column("Created by", "CONTACT_LIST", system_type="CREATED_BY")
    build.column("Modified", "DATETIME", system_type="MODIFIED_DATE")
    build.column("Modified by", "CONTACT_LIST", system_type="MODIFIED_BY")


def _plan(build: Builder, budget: Sheet) -> None:
    parents: list[Row] = []
    for line in PLAN.splitlines():
        level = (len(line) - len(line.lstrip())) // 4
        parent = parents[level - 1] if level else None
        title, *details = (part.strip() for part in line.split("|"))
        if details:
            _task(build, parent, title, *details)
            continue
        values: dict[str, str | Cell] = {"Task": title, "Budget": SUM, "Spent": SUM}
        if not level:
            values["Approved"] = _amount(budget, title)
        parents[level:] = [build.row(values, parent=parent)]


def _task(
    build: Builder,
    parent: Row | None,
    title: str,
    start: str,
    finish: str,
    budget: str,
    spent: str,
    status: str,
    responsible: str,
    equipment: str,
) -> None:
    over, mail = int(spent) > int(budget), f"{responsible}@example.com"
    values = {
        "Task": title,
        "Status": status,
        "Health": "Red" if over or status == "Blocked" else "Green",
        "Done": status == "Complete",
        "At risk": over,
        "Start": start,
        "Finish": finish,
        "Responsible": mail,
        "Team": [mail, ALICE_MAIL] if mail != ALICE_MAIL else [],
        "Trade": "Earthworks" if "Excavator" in equipment else None,
        "Equipment": [item.strip() for item in equipment.split(",") if item],
        "Budget": int(budget),
        "Spent": int(spent),
    }
    build.row(values, parent=parent, by=BOB if status == "Complete" else None)


def _last_rows(build: Builder) -> None:
    """Add special rows: one with a hyperlink, one with unusual characters, one that is locked, and a blank one."""
    drawing = Cell("Drawing A-101", "Drawing A-101", hyperlink={"url": "https://example.com/drawings/A-101"})
    build.row(
        {
            "Task": "Inspection by the building authority",
            "Start": "2026-04-20",
            "Drawing": drawing,
            "Permit no.": "B-2025/1187",
        }
    )
    text = 'Grüße an alle: bitte Helm tragen! 👷 <b>not bold</b> & "quoted"\nsecond line'
    build.row(
        {"Task": "Übergabe – 引き渡し", "Notes": text, "Start": "2026-04-30", "Responsible": "new.person@example.com"}
    )
    locked = build.row({"Task": "Final account", "Budget": 12_000, "Spent": 0, "Notes": "Locked until the handover"})
    locked.locked = True
    build.row({})


def _amount(budget: Sheet, line: str) -> Cell:
    """Return a cell that is linked to the amount in a line of the budget."""
    name, amount = budget.columns[0], budget.columns[1]
    row = next(row for row in budget.rows if row.cell(name.id).value == line)
    source = row.cell(amount.id)
    return Cell(source.value, source.display, link=CellRef(budget.id, row.id, amount.id))


def _link_back(sheet: Sheet, budget: Sheet) -> None:
    """Store in the budget which cells of `sheet` are linked to cells of the budget."""
    for row in sheet.rows:
        for column_id, cell in row.cells.items():
            if cell.link:
                budget.links_out.append((cell.link, CellRef(sheet.id, row.id, column_id)))


def _past(build: Builder) -> None:
    """Give some cells a history. Several people changed these cells, some days after the plan was made."""
    rows = {row.cell(build.sheet.columns[0].id).value: row for row in build.sheet.rows}
    build.change(rows["Dig foundations"], "Spent", 12_000, by=BOB, days=10)
    build.change(rows["Dig foundations"], "Spent", 21_500, by=ALICE, days=14)
    build.change(rows["Drainage runs"], "Notes", "Waiting for the pipe delivery", by=FRANK, days=15)
    build.change(rows["Drainage runs"], "At risk", True, by=BOB, days=15)
    build.change(rows["Temporary power"], "Notes", "Over budget: second supply point", by=ERIKA, days=9)

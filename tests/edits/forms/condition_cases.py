"""A table of comparisons, for tests of Python and of the browser.

For each comparison, the table has values for which the comparison holds, and values for which it doesn't hold.
"""

from typing import Any

COLUMN = "4583173393803140"
TODAY = "2026-11-29"
ME = ["Bob@Example.com", "bob.baker@example.org", "Bob Baker", "bob@strasse.example"]
LINK = {"url": "https://example.com"}

# The operator, the condition's value (... for none), values for which the condition holds, and others.
CASES: list[tuple[str, Any, list[Any], list[Any]]] = [
    ("empty", ..., [None, "", [], False, {"value": None, "hyperlink": LINK}], [" ", 0, True, ["a"], "false"]),
    ("not_empty", ..., [" ", 0, True, ["a"], {"value": "x", "hyperlink": LINK}], [None, "", [], False]),
    ("equals", "Done", ["Done", "done", ["DONE"], {"value": "done", "hyperlink": LINK}], ["Done ", ["Done", "x"]]),
    ("equals", 5, [5, 5.0, "5", "5.0", ["5"]], ["05", "5,0", "5e0", True, "five", None, ["5", "6"]]),
    ("equals", 0, [0, -0.0, "0", "-0"], [None, "", False, [], "00"]),
    ("equals", "5", [5, 5.0, "5"], ["5.0", "05", True]),
    ("equals", "1.10", ["1.10", 1.1], ["1.1", "01.10"]),
    ("equals", "1e3", ["1E3"], [1000]),
    ("equals", True, [True], [False, None, 1, "true"]),
    ("equals", False, [False, None, "", []], [True, 0, "false"]),
    ("equals", "2026-11-29", ["2026-11-29", "2026-11-29T08:00:00"], ["2026-11-30", "2026-11-29T08:00:00Z", 2026]),
    ("equals", "STRASSE", ["Straße", "strasse", "STRAẞE"], ["Strase"]),
    ("equals", "ΟΔΟΣ", ["οδος", "οδοσ", "Οδος"], ["οδο"]),
    ("equals", "İstanbul", ["i̇STANBUL", "I\u0307stanbul"], ["istanbul", "Istanbul"]),
    ("equals", "Café", ["cafe\u0301", "CAFÉ"], ["cafe"]),
    ("equals", "two\nlines", ["two\r\nlines", "Two\rLines"], ["two lines"]),
    ("not_equals", "Done", ["Open", None, 5, ["Done", "x"]], ["done", ["Done"]]),
    ("contains", "ent", ["Parent", "ENTER", ["ent"]], [["Parent"], None, "Prnt", True]),
    ("contains", "23", [1234, "x23", 0.23], [1.0, 2.3, 10**300]),
    ("contains", "0000001", [0.0000001], [1e300]),
    ("not_contains", "ent", [["Parent"], None, "x"], ["Parent", ["Ent"]]),
    ("one_of", ["Open", 7], ["open", 7, "7", "7.0", ["x", "OPEN"], ["7"]], ["x", None, [], "Open, 7", True]),
    ("less", 5, [4, -(10**400), "4.99", -0.0], [5, "5", "x", None, True, ["4"], "2026-01-01", 10**400]),
    ("at_most", 5, [5, "5"], [5.000001, None]),
    ("greater", 9_007_199_254_740_992, [9_007_199_254_740_994, 10**400, "1" + "0" * 400], [9_007_199_254_740_993]),
    ("at_least", 0.1, [0.1, "0.10", 1], [0.09, "1e400"]),
    ("less", "2026-03-01", ["2026-02-28", "2026-02-28T23:59:59"], ["2026-02-29", "2026-02-30", "2026-03-01", 5, "1"]),
    ("at_most", "2024-02-29", ["2024-02-29", "0001-01-01", "1900-02-28"], ["0000-01-01", "1900-02-29", "2024-03-00"]),
    ("at_least", "2026-03-01", ["2026-03-01", "9999-12-31", "2026-04-30"], ["2026-04-31", "2026-13-01", "2026-3-2"]),
    ("greater", "2026-03-01", ["2026-03-02"], ["2026-03-01T10:00:00", "２０２６-03-02", " 2026-03-02", "2026-03-02\n"]),
    ("before_today", ..., ["2026-11-28"], [TODAY, "2026-11-30", "soon", None, 5]),
    ("before_today", 7, [TODAY, "2026-12-05"], ["2026-12-06"]),
    ("today", ..., [TODAY, f"{TODAY}T12:00:00"], ["2026-11-28", f"{TODAY}T12:00:00Z"]),
    ("today", 92, ["2027-03-01"], ["2027-02-28"]),
    ("after_today", -30, ["2026-10-31", TODAY], ["2026-10-30", None]),
    ("me", ..., ["bob@example.COM", ["x@y.z", "BOB.Baker@example.org"], "bob baker"], ["bob", None, [], 5, True, ""]),
    ("me", ..., ["Bob@STRASSE.example"], ["bob@straße.example"]),  # two domains
    ("not_me", ..., ["ann@example.com", None, ["Bob"]], ["bob@example.com", ["ann@example.com", "Bob Baker"]]),
]  # fmt: skip


def condition(operator: str, value: Any) -> dict[str, Any]:
    """The JSON of a comparison."""
    return {"column": COLUMN, "is": operator} | ({} if value is ... else {"value": value})


def expected() -> list[tuple[dict[str, Any], Any, bool]]:
    """Return each comparison of the table with each of its values, and whether the comparison holds for the value."""
    return [
        (condition(operator, value), cell, outcome)
        for operator, value, right, wrong in CASES
        for outcome, cells in ((True, right), (False, wrong))
        for cell in cells
    ]

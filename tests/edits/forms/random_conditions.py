"""Makes random conditions and values, to compare Python with the browser. The values are of kinds that Python and
browsers often treat differently.
"""

import json
import sys
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from edits.forms.conditions import DEEPEST, Condition, InvalidCondition
from edits.forms.operators import DAYS, ORDERS, WITHOUT_VALUE, Operator

COLUMNS = ["1", "2", "4583173393803140", "9223372036854775807"]
TEXTS = [
    *(
        "Done",
        "DONE ",
        " ",
        "5",
        "5.0",
        "-0",
        "007",
        "1e3",
        "1e400",
        "1" + "0" * 400,
        "0.1",
        "1,5",
        "٣",
        "true",
        "None",
    ),
    *(
        "İ",
        "i",
        "I",
        "ı",
        "i\u0307",
        "ß",
        "ẞ",
        "ss",
        "ΟΔΟΣ",
        "οδος",
        "οδοσ",
        "σ",
        "ς",
        "ǅ",
        "ŉ",
        "ΐ",
        "ﬁ",
        "Ǆ",
        "K",
        "Å",
    ),
    *(
        "é",
        "e\u0301",
        "\u0301",
        "e",
        "\u1e9b\u0323",
        "한",
        "\u1112\u1161\u11ab",
        "😀",
        "\ud83d",
        "\ude00",
        "\0",
        "a\r\nb",
    ),
    *("2026-02-28", "2026-02-30", "2024-02-29", "1900-02-29", "0000-01-01", "0001-01-01", "9999-12-31", "2026-11-29"),
    *("2026-11-29T08:00:00", "2026-11-29T08:00:00Z", "2026-11-29\n", "20261129", "２０２６-11-29", "bob@example.com"),
    *("BOB@Example.com", "Bob Baker", "constructor", "__proto__"),
]
NUMBERS = [0, -0.0, 5, 5.0, -5, 0.1, 1e-7, 1.5e-10, 2**53, 2**53 + 1, 2**53 + 2, -(2**63), 10**300, 10**400, -(10**400)]
# Only characters that Python's version of Unicode has. Browsers have a newer version.
KNOWN = [char for char in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(char) not in {"Cn", "Co"}]


@dataclass(frozen=True, slots=True)
class Case:
    """A condition, the values of a row, the addresses of the person, and the current day."""

    condition: dict[str, Any]
    values: dict[str, Any]
    me: list[str]
    today: str


def cases(seed: int, count: int) -> list[Case]:
    """Return random cases. The values in a condition equal or resemble the values of the row, so about half of the
    conditions hold.
    """
    return [_Maker(Random(f"{seed} {number}")).case() for number in range(count)]


class _Maker:
    """Makes one case."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.seen = ["5", "Done"]  # texts of the row, and two more

    def case(self) -> Case:
        values = {column: self.value() for column in self.random.sample(COLUMNS, self.random.randint(1, 4))}
        me = [self.near() for _ in range(self.random.randint(0, 3))]
        today = date(2026, 11, 29) + timedelta(days=self.random.choice([0, self.random.randint(-99_999, 99_999)]))
        case = {"condition": self.tree(DEEPEST), "values": values, "me": me, "today": today.isoformat()}
        return Case(**json.loads(json.dumps(case)))  # in Python too, this makes one character of a pair of surrogates

    def value(self) -> Any:
        kind = self.random.choice(["text", "text", "number", "list", "day", "linked", "other"])
        if kind == "text":
            return self.text()
        if kind == "number":
            return self.number()
        if kind == "list":
            return [self.text() for _ in range(self.random.randint(0, 3))]
        if kind == "day":
            return self.day()
        if kind == "linked":
            return {"value": self.text(), "hyperlink": {"url": "https://example.com"}}
        return self.random.choice([None, True, False, "", {"value": 5}])

    def text(self) -> str:
        long = "".join(self.random.choices(KNOWN, k=self.random.randint(0, 4)))
        self.seen.append(
            self.random.choice([self.random.choice(TEXTS), long, "".join(self.random.choices(TEXTS, k=2))])
        )
        return self.seen[-1]

    def number(self) -> float:
        number = self.random.choice(
            [
                self.random.choice(NUMBERS),
                self.random.randint(-9, 9),
                self.random.randint(-(10**18), 10**18),
                self.random.uniform(-9, 9),
                self.random.random() * 10.0 ** self.random.randint(-320, 308),
            ]
        )
        self.seen.append(str(number))
        return number

    def day(self) -> str:
        day = date(2026, 11, 29) + timedelta(days=self.random.randint(-400, 400))
        self.seen.append(day.isoformat() + self.random.choice(["", "", "T08:00:00"]))
        return self.seen[-1]

    def near(self) -> str:
        """Return a text of the row, or a text that resembles a text of the row."""
        text = self.random.choice(self.seen)
        alike = [text.upper(), text.lower(), text.swapcase(), text[:1], text[1:], text[1:3]]
        return self.random.choice([text, text, *alike, unicodedata.normalize("NFD", text), self.random.choice(TEXTS)])

    def tree(self, depth: int) -> dict[str, Any]:
        kind = self.random.choice(["comparison", "comparison", "all", "any", "not"]) if depth > 1 else "comparison"
        if kind == "comparison":
            return self.comparison()
        if kind == "not":
            return {"not": self.tree(depth - 1)}
        return {kind: [self.tree(depth - 1) for _ in range(self.random.randint(1, 2))]}

    def comparison(self) -> dict[str, Any]:
        """Return a random comparison. Comparisons whose operator doesn't allow their value are never returned."""
        while True:
            operator = self.random.choice(list(Operator))
            raw = {"column": self.random.choice(COLUMNS), "is": str(operator)} | self.operand(operator)
            try:
                Condition.parse(raw)
            except InvalidCondition:
                continue
            return raw

    def operand(self, operator: Operator) -> dict[str, Any]:
        if operator in WITHOUT_VALUE:
            return {}
        if operator in DAYS:
            return self.random.choice([{}, {"value": self.random.randint(-400, 400)}])
        if operator in ORDERS:
            return {"value": self.random.choice([self.number(), self.day()])}
        if operator is Operator.ONE_OF:
            return {"value": [self.random.choice([self.near(), self.number()]) for _ in range(3)]}
        return {"value": self.random.choice([self.near(), self.near(), self.number(), True, False])}

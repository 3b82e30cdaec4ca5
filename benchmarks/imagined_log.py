"""Generates a log of two years, in which 300 people edit 2,000 sheets. The entries are generated in the order of their
ids, as lines for COPY.

A few people and sheets have most of the edits. The nth person makes 1/n as many edits as the first person. The nth
sheet gets 1/n as many edits as the first sheet. Nine of ten edits change one cell. One edit in fifty is refused. There
are also sign-ins and sign-outs. The same seed gives the same log, except for times and salts.
"""

import json
import random
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

from audit import commitments, directory
from audit.proof import leaves
from audit.proof.commitment_bytes import commit

PEOPLE, SHEETS, ROWS, COLUMNS_OF_SHEET = 300, 2_000, 500, 20
SPAN = timedelta(days=730)
RARE_WORD, COMMON_WORD = "quokka", "Done"
RARE_ENTRIES = 10  # the number of entries with the rare word; it doesn't depend on the size of the log
STATUSES = ("Open", COMMON_WORD, "In progress", "Blocked", "Not started")
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "ne", "pi", "ro", "sa", "te", "vu", "wi", "xo")
TITLES = ("Status", "Notes", "Owner", "Start", "Finish", "Cost", "Priority", "Phase", "Hours", "Site")
FIRST_PERSON, FIRST_SHEET = 4_100_000_000_000_000, 7_000_000_000_000_000

Line = dict[str, Any]

_EMPTY = ("subject", "sheet_name", "row_label", "column_title", "reason", "ref_id", "message")
_NOTHING: Line = dict.fromkeys(leaves.COLUMNS) | dict.fromkeys(_EMPTY, "")
_NOTHING |= {"region": "sandbox", "ip": "192.0.2.7", "user_agent": "Mozilla/5.0", "origin": "form", "is_head": False}


class ImaginedLog:
    """A log with about `wanted` entries, with the entries' personal texts, and with the links of the chain."""

    COLUMNS = ("id", "at", *leaves.COLUMNS, "leaf")
    LEAF_COLUMNS = ("seq", "entry_id", "hash")
    PERSONAL_COLUMNS = commitments.Committed._fields
    KNOWN_COLUMNS = directory.Met._fields

    def __init__(self, wanted: int, *, seed: int = 7) -> None:
        self.wanted = wanted
        self.last_id = 0
        self._random = random.Random(seed)
        self._end = datetime.now(UTC) - timedelta(minutes=5)
        self._step = SPAN / wanted
        self._people = [self._person(number) for number in range(PEOPLE)]
        words = [self._word() for _ in range(3_000)]
        falling = list(accumulate(1 / n for n in range(1, 3_001)))
        self._notes = [" ".join(self._random.choices(words, cum_weights=falling, k=7)) for _ in range(50_000)]
        self._sheets = [f"{self._notes[n][:24].title()} plan {n}" for n in range(SHEETS)]
        self._weights = {size: list(accumulate(1 / n for n in range(1, size + 1))) for size in (PEOPLE, SHEETS, ROWS)}
        self._hashes: list[bytes] = []
        self._hash = leaves.GENESIS

    def months(self) -> list[float]:
        """Return at least one moment in each month of the log, in seconds since 1970. The log needs a partition for
        each month.
        """
        days = range(0, SPAN.days + 28, 28)
        return sorted({(self._end - timedelta(days=day)).timestamp() for day in days})

    def personal_texts(self) -> Iterator[str]:
        return (_line(person) for person in self._people)

    def known(self) -> Iterator[str]:
        yield from (_line(("person", one.region, one.person_id, one.commitment)) for one in self._people)
        yield from (_line(("sheet", "sandbox", FIRST_SHEET + number, name)) for number, name in enumerate(self._sheets))

    def entries(self) -> Iterator[str]:
        rare = {self.wanted * (2 * n + 1) // (2 * RARE_ENTRIES) for n in range(RARE_ENTRIES)}
        while self.last_id < self.wanted:
            for entry in self._act(is_rare=bool(rare and min(rare) <= self.last_id)):
                yield self._written(entry)
            rare = {place for place in rare if place > self.last_id}

    def links(self) -> Iterator[str]:
        return (f"{seq}\t{seq}\t\\\\x{link.hex()}\n" for seq, link in enumerate(self._hashes, 1))

    def _act(self, *, is_rare: bool) -> list[Line]:
        person = self._people[self._chosen(PEOPLE)]
        common = _NOTHING | {
            "edit_id": f"{self._random.getrandbits(128):032x}",
            "request_id": f"{self._random.getrandbits(64):016x}",
            "actor_id": person.person_id,
            "actor": person.commitment,
            "action": "change",
        }
        if not is_rare and self._random.random() < 0.04:
            event = {"action": self._random.choice(("sign_in", "sign_out")), "phase": "done", "origin": "app"}
            subject = f"identity.smartsheetuser/{self._people.index(person) + 1}"
            return [common | event | {"is_head": True, "subject": subject}]
        return self._edit(common, is_rare=is_rare)

    def _edit(self, common: Line, *, is_rare: bool) -> list[Line]:
        sheet, row = self._chosen(SHEETS), self._chosen(ROWS)
        place = common | {
            "line": 0,
            "sheet_id": FIRST_SHEET + sheet,
            "sheet_name": self._sheets[sheet],
            "row_id": sheet * ROWS + row + 1,
            "row_label": f"{row + 1} '{self._notes[(sheet * 31 + row) % len(self._notes)][:30]}'",
        }
        luck = self._random.random()
        if luck > 0.97:
            place["action"] = "add" if luck > 0.985 else "delete"
            title = {"add": "new", "delete": "old"}[place["action"]]
            cells: list[Line] = [{title: _json({"Task": self._note(), "Status": self._random.choice(STATUSES)})}]
        else:
            cells = [self._cell(sheet, column) for column in self._columns()]
        if is_rare:
            cells[0]["new"] = _json(f"{RARE_WORD} {self._note()}")
        intents = [place | cell | {"phase": "intent", "is_head": n == 0} for n, cell in enumerate(cells)]
        return intents + self._outcome(place)

    def _outcome(self, place: Line) -> list[Line]:
        luck = self._random.random()
        if luck < 0.97:
            return [place | {"phase": "applied"}]
        if luck < 0.99:
            return [place | {"phase": "refused", "message": "The row is locked.", "error_code": 1020, "ref_id": "abc"}]
        if luck < 0.995:
            return [place | {"phase": "failed", "message": "Smartsheet is being maintained."}]
        if luck < 0.9999:
            return [place | {"phase": "unknown"}, place | {"phase": "not_applied", "message": "Not in the history."}]
        return [place | {"phase": "unknown", "message": "No answer came in time."}] if luck < 0.99995 else []

    def _cell(self, sheet: int, column: int) -> Line:
        title = TITLES[column % len(TITLES)]
        old, new = self._value(title), self._value(title)
        identity = {"column_id": sheet * COLUMNS_OF_SHEET + column + 1, "column_title": title}
        return identity | {"old": _json(old), "new": _json(new)}

    def _columns(self) -> list[int]:
        luck = self._random.random()
        count = 1 if luck < 0.9 else 12 if luck > 0.99 else 3
        return self._random.sample(range(COLUMNS_OF_SHEET), count)

    def _value(self, title: str) -> object:
        if title == "Status":
            return self._random.choice(STATUSES)
        if title in {"Cost", "Hours"}:
            return self._random.randrange(10_000)
        if title in {"Start", "Finish"}:
            return f"2026-{self._random.randrange(1, 13):02}-{self._random.randrange(1, 29):02}"
        return self._note()

    def _written(self, entry: Line) -> str:
        self.last_id += 1
        at = self._end - self._step * (self.wanted - self.last_id)
        values = [entry[column] for column in leaves.COLUMNS]
        leaf = leaves.leaf(values)
        moment = leaves.microseconds(at)
        record = leaves.record(seq=self.last_id, entry_id=self.last_id, at=moment, leaf=leaf)
        self._hash = leaves.link(self._hash, record)
        self._hashes.append(self._hash)
        return _line((self.last_id, at.isoformat(), *values, f"\\x{leaf.hex()}"))

    def _chosen(self, size: int) -> int:
        return self._random.choices(range(size), cum_weights=self._weights[size])[0]

    def _note(self) -> str:
        return self._notes[self._random.randrange(len(self._notes))]

    def _word(self) -> str:
        return "".join(self._random.choices(SYLLABLES, k=self._random.randrange(2, 5)))

    def _person(self, number: int) -> commitments.Committed:
        name = f"{self._word().title()} {self._word().title()}"
        text = json.dumps([name, f"person{number}@example.com"], ensure_ascii=False, separators=(",", ":"))
        salt = secrets.token_hex(32)
        commitment = commit(salt=salt, text=text)
        email = f"person{number}@example.com"
        return commitments.Committed(commitment, salt, text, "actor", "sandbox", FIRST_PERSON + number, email)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _line(values: Any) -> str:
    """Return a line in COPY's text format. https://www.postgresql.org/docs/current/sql-copy.html"""
    return "\t".join([_field(value) for value in values]) + "\n"


def _field(value: object) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value).replace("\\", "\\\\")

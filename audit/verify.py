"""`python -m audit.verify FILE --key PUBLIC`: check that an exported log (JSON Lines) is complete and unaltered.

This program needs Python and the folder audit/, and `cryptography` to check signatures. It is faster with orjson. It
needs no Django and no database.

The first line of the output says what is proved and what isn't. The exit code is 0 only if each entry is covered by a
signature that was made with one of the given keys. It is 1 if something is wrong, 2 if the file or a key cannot be
read, and 3 if nothing is wrong but nothing is proved.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from audit.closed_pipe import discard_output
from audit.escaping import printable
from audit.export.checks import Check, Contents
from audit.export.file_format import Wrong
from audit.export.seal_checks import Keys
from audit.proof import seal_bytes
from audit.proof.seal_bytes import NotAKey

PROVED, WRONG, UNREADABLE, NOT_PROVED = 0, 1, 2, 3
LONGEST = 64 * 1024 * 1024  # the most bytes in a line; a file without line breaks would otherwise fill the memory
_UNCHANGED = ("entry hasn't changed since it was sealed", "entries haven't changed since they were sealed")


def main(arguments: list[str] | None = None) -> int:
    """Check the file and print the result. Returns the exit code, which stays the same even if the program that reads
    the output stops early.
    """
    code, report = _checked(arguments)
    try:
        for sentence in report:
            _say(sentence)
        sys.stdout.flush()
    except BrokenPipeError:
        discard_output()
    return code


def _checked(arguments: list[str] | None) -> tuple[int, list[str]]:
    """Check the file. Returns the exit code, and what to print on standard output."""
    parser = argparse.ArgumentParser("python -m audit.verify", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("file", type=Path, help="an export of the audit log as JSON Lines")
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="PUBLIC",
        help="a public key of the log, from a source that you trust; without one nothing is proved; can be repeated",
    )
    chosen = parser.parse_args(arguments)
    lines = 0
    try:
        keys = Keys(chosen.key)
        check = Check(keys)
        with chosen.file.open("rb") as file:
            for line in iter(partial(file.readline, LONGEST), b""):
                lines += 1
                check.take(line)
        found = check.finish()
    except OSError as error:
        sys.stderr.write(f"{chosen.file} cannot be read: {error.strerror or error}.\n")
        return UNREADABLE, []
    except NotAKey as error:
        sys.stderr.write(f"{error}\n")
        return UNREADABLE, []
    except Wrong as wrong:
        return WRONG, [f"Nothing is proved. Line {lines}: {wrong}"]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        kind = type(error).__name__
        return WRONG, [f"Nothing is proved. Line {lines}: This line isn't in the format of an export ({kind})."]
    is_trusted = keys.are_given and seal_bytes.CAN_CHECK
    code = PROVED if is_trusted and found.is_signed_throughout else NOT_PROVED
    return code, [_verdict(found) if is_trusted else _why_not_trusted(), *_details(found)]


def _say(sentence: str) -> None:
    """Print a line of the report. A character that standard output can't encode is escaped."""
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(printable(sentence).encode(encoding, "backslashreplace").decode(encoding) + "\n")


def _why_not_trusted() -> str:
    if not seal_bytes.CAN_CHECK:
        return (
            "Not proved: signatures were NOT checked, because the Python package `cryptography` is not installed."
            " Anyone can write a file whose hashes are right."
        )
    return "Not proved: anyone can sign a file with a key of their own. Give the log's public key with --key."


def _verdict(found: Contents) -> str:
    """A sentence that says what the signatures prove, and what they don't."""
    entries = _many(found.entries, "entry", "entries")
    if found.file_key_id:
        proved = f"Proved: the file's first line and its {entries} haven't changed since the file was signed."
        if not found.unsealed:
            return proved
        unsealed = _many(found.unsealed, "entry", "entries")
        were = "was" if found.unsealed == 1 else "were"
        return f"{proved} Not proved: that {unsealed} without a seal {were} unchanged before the export."
    if not found.entries:
        return "Not proved: the file has no entry and is not signed, so anyone may have written it."
    if found.unsealed:
        rest = found.entries - found.unsealed
        proved = f" Proved: the other {_many(rest, *_UNCHANGED)}." if rest else ""
        return (
            f"Not proved: no signature covers {found.unsealed} of the {entries}, the first at link"
            f" {found.first_unsealed}, so anyone may have written such entries, or left some out.{proved}"
            f" {_not_proved_of(found)}"
        )
    missing = ", and none is missing between them" if found.header["is_whole"] else ""
    return f"Proved: {_many(found.entries, *_UNCHANGED)}{missing}. {_not_proved_of(found)}"


def _not_proved_of(found: Contents) -> str:
    """Sentences that say what isn't proved about a file that isn't signed as a whole."""
    header = found.header
    if not header["is_whole"]:
        complete = "that it holds every entry that the query selects"
    elif header["first_seq"] == 1:
        complete = f"that the log ended at link {header['last_seq']}"
    else:
        complete = f"that the log began at link {header['first_seq']} and ended at link {header['last_seq']}"
    return (
        "Not proved: what the first line says about who exported the file, when, and with which query;"
        f" {complete}; that no clear text was left out. The file as a whole is not signed."
    )


def _details(found: Contents) -> Iterator[str]:
    header = found.header
    what = "the whole log" if header["is_whole"] else f"a selection, {json.dumps(header['query'], ensure_ascii=False)}"
    first, last = header["first_seq"], header["last_seq"]
    actor = header["by"]
    by = f"{actor['name']} ({actor['region']}:{actor['id']})" if actor["id"] else actor["name"]
    yield (
        f"The file says: export {header['export']} of {header['at']} by {by}: {what},"
        f" from link {first} up to link {last} of the chain."
    )
    entries, seals = _many(found.entries, "entry", "entries"), _many(found.seals, "seal", "seals")
    yield f"Nothing is wrong with its {entries} and {seals}."
    if header["is_whole"] and first != 1:
        yield f"It doesn't have the entries before link {first}: they were retired, or left out."
    if not seal_bytes.CAN_CHECK:
        return
    if found.key_ids:
        yield f"The seals are signed with the key {', '.join(found.key_ids)}."
    if found.file_key_id:
        yield f"The file as a whole is signed with the key {found.file_key_id}."


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


if __name__ == "__main__":
    sys.exit(main())

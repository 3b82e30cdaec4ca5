"""`python -m audit.verify FILE`: whether an exported log (JSON Lines) is whole and unaltered. No Django, no database.

Needed are Python and this folder; `cryptography` for signatures, which are otherwise said not to be checked; orjson
makes it quicker. The exit code: 0 all is well, 1 something is wrong, 2 the file or a key cannot be read, 3 nothing is
wrong but no signature could be checked.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from audit.escaping import printable
from audit.export.checks import Check, Findings
from audit.export.seal_checks import Keys
from audit.export.wrong import Wrong
from audit.proof import seal_bytes
from audit.proof.seal_bytes import NotAKey

GOOD, BAD, UNREADABLE, UNSIGNED = 0, 1, 2, 3
LONGEST = 64 * 1024 * 1024  # bytes of a line, or a file without line breaks would fill the memory


def main(arguments: list[str] | None = None) -> int:
    """Check the file and tell what was found; gives the exit code."""
    parser = argparse.ArgumentParser("python -m audit.verify", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("file", type=Path, help="an export of the audit log as JSON Lines")
    parser.add_argument(
        "--key", action="append", default=[], metavar="PUBLIC", help="the public key of the seals; repeat for several"
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
        findings = check.finish()
    except OSError as error:
        sys.stderr.write(f"{chosen.file} cannot be read: {error.strerror or error}.\n")
        return UNREADABLE
    except NotAKey as error:
        sys.stderr.write(f"{error}\n")
        return UNREADABLE
    except Wrong as wrong:
        _say(f"Line {lines}: {wrong}")
        return BAD
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        _say(f"Line {lines}: This line is not written as exports are ({type(error).__name__}).")
        return BAD
    for sentence in _sentences(findings, are_given=keys.are_given):
        _say(sentence)
    return GOOD if seal_bytes.CAN_CHECK else UNSIGNED


def _say(sentence: str) -> None:
    """A line of the verdict, escaped where standard output has no such characters."""
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(printable(sentence).encode(encoding, "backslashreplace").decode(encoding) + "\n")


def _sentences(found: Findings, *, are_given: bool) -> Iterator[str]:
    header = found.header
    what = "the whole log" if header["is_whole"] else f"a selection, {json.dumps(header['query'], ensure_ascii=False)}"
    first, last = header["first_seq"], header["last_seq"]
    yield f"Export {header['export']} of {header['at']}: {what}, from link {first} up to link {last} of the chain."
    entries, seals = _many(found.entries, "entry", "entries"), _many(found.seals, "seal", "seals")
    yield f"Nothing is wrong with its {entries} and {seals}."
    if header["is_whole"] and first != 1:
        yield f"What stood before link {first} is not in it: it was retired, or left out."
    if found.unsealed:
        yield f"{found.unsealed} entries are under no seal yet: that they are unaltered rests on this file alone."
    if not seal_bytes.CAN_CHECK:
        yield "Signatures were NOT checked, as the Python package `cryptography` is not installed."
        return
    if found.key_ids:
        trusted = "given by you" if are_given else "named by the file itself; give --key to know whose it is"
        yield f"The seals are signed with the key {', '.join(found.key_ids)}, {trusted}."
    if found.file_key_id:
        yield f"The file as a whole is signed with the key {found.file_key_id}."
    elif header["is_whole"]:
        yield "The file as a whole is not signed, so nothing proves that its beginning and its end were not left out."
    else:
        yield "The file as a whole is not signed, so nothing proves that the selection is complete."


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


if __name__ == "__main__":
    sys.exit(main())

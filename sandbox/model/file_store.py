"""Stores the contents of attached files under their digests, in memory and as files next to the state file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from sandbox.model.state import State


def keep(state: State, content: bytes) -> str:
    """Store the content of a file, and return its digest. Remove the contents that aren't used any more."""
    forget_unused(state)
    digest = hashlib.sha256(content).hexdigest()
    state.files[digest] = content
    return digest


def forget_unused(state: State) -> None:
    """Remove contents that no attachment refers to. Images in cells are kept, because a cell's history can still show
    them.
    """
    used = _used(state)
    for digest in state.files.keys() - used:
        del state.files[digest]


def save(state: State, state_file: Path) -> None:
    """Write new contents to disk. Call this before you write the state, which refers to them."""
    folder = _folder(state_file)
    for digest in _used(state):
        path = folder / digest
        if digest in state.files and not path.exists():
            folder.mkdir(exist_ok=True)
            _write(path, state.files[digest])


def tidy(state: State, state_file: Path) -> None:
    """Delete the files whose contents aren't used any more. Call this after you have written the state."""
    folder = _folder(state_file)
    if folder.is_dir():
        for name in {path.name for path in folder.iterdir()} - _used(state):
            (folder / name).unlink()


def load(state: State, state_file: Path) -> None:
    """Read the contents from disk. If the content of a file is missing, only the download of this file fails."""
    folder = _folder(state_file)
    for digest in _used(state):
        if (folder / digest).is_file():
            state.files[digest] = (folder / digest).read_bytes()


def _used(state: State) -> set[str]:
    attachments = (attachment for sheet in state.sheets.values() for attachment in sheet.attachments)
    return {attachment.digest for attachment in attachments if attachment.digest} | set(state.images.values())


def _folder(state_file: Path) -> Path:
    return state_file.with_name(f"{state_file.name}.files")


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f"{path.name}.new")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)

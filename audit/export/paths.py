"""Merkle paths of many entries under one seal, checked with less work than each by itself. No Django needed."""

from audit.proof import merkle

_HASH = 32  # bytes


class SealedPaths:
    """The records under a seal. Neighbours share most of their way to the root, so the way of the one before is kept:
    whoever comes to a node that it passed, with the same rest of the path, comes to the root."""

    def __init__(self, *, root: bytes, size: int) -> None:
        self._root = root
        self._size = size
        self._way: list[tuple[int, bytes, bytes]] = []  # each level's place, node, and the path from there on

    def holds(self, record: bytes, *, index: int, path: bytes) -> bool:
        """Whether the record stands at `index` under the seal; `path` is hashes, lowest first, one after the other."""
        if not 0 <= index < self._size or len(path) % _HASH:
            return False
        way: list[tuple[int, bytes, bytes]] = []
        node, last = record, self._size - 1
        while last:
            step = (index, node, path)
            if len(way) < len(self._way) and self._way[len(way)] == step:
                self._way[: len(way)] = way
                return True
            way.append(step)
            if index % 2 or index < last:
                neighbour, path = path[:_HASH], path[_HASH:]
                node = merkle.node(neighbour, node) if index % 2 else merkle.node(node, neighbour)
            index, last = index // 2, last // 2
        if path or node != self._root:
            return False
        self._way = way
        return True

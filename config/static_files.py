"""Static files whose names contain a hash of their content, so that browsers can cache them until they change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped] # it has no stubs

OUR_MODULES = re.compile(r"byline/js/.+\.js")
# tests/test_static_files.py checks that these patterns don't match inside a string of our modules.
COMMENT = re.compile(r"^[ \t]*//.*\n|[ \t]+// .*$", re.MULTILINE)
INDENT = re.compile(r"^\s+", re.MULTILINE)  # also matches empty lines


def shortened(script: str) -> str:
    """Return a JavaScript module without comments and indentation, which browsers don't need."""
    return INDENT.sub("", COMMENT.sub("", script))


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # it has no types
    """Static files with hashed names. JavaScript modules also import each other by these names, because otherwise a
    browser could mix modules of two versions. Our modules are served without comments and indentation.
    """

    support_js_module_import_aggregation = True
    max_post_process_passes = 20  # each level of imports takes one pass

    def post_process(self, paths: Mapping[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Remove comments and indentation from our modules, then give all files their hashed names."""
        shorter = {}
        for name in filter(OUR_MODULES.fullmatch, () if dry_run else paths):
            with self.open(name) as file:
                script = shortened(file.read().decode())
            self.delete(name)
            self.save(name, ContentFile(script.encode()))
            shorter[name] = (self, name)
        yield from super().post_process({**paths, **shorter}, dry_run, **options)

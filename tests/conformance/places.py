"""Names the folders of reference material and downloads."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "smartsheet"
SCRATCH = ROOT / "var" / "conformance"

SDK_TESTS = SHARED / "run-sdk-tests"
OPENAPI = SHARED / "openapi.json"
OPENAPI_CHECK = SHARED / "check-openapi"
RECORDINGS = SHARED / "sdk_scenarios.json"
LIVE_RECORDINGS = SHARED / "recorded_live_2020.json"
LIVE_CHECK = SHARED / "check-recorded"


def absent(path: Path) -> str:
    """Return "" if this file of the reference material exists. Otherwise return a sentence that says it is missing."""
    return "" if path.exists() else f"../shared/smartsheet/{path.name} is missing"

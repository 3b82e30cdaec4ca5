"""What can be set from the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """One run of the stand-in. Limits are Smartsheet's own unless made smaller (or, at 0, switched off)."""

    host: str = "127.0.0.1"
    port: int = 8001
    state_file: Path | None = None
    tls: tuple[Path, Path] | None = None
    rows: int = 0
    columns: int = 0
    redirect_url: str = "http://127.0.0.1:8000/identity/callback/"
    rate_limit: int = 300
    rows_per_call: int = 500
    rows_per_sheet: int = 20_000
    columns_per_sheet: int = 400
    cells_per_sheet: int = 500_000
    attachment_bytes: int = 30 * 2**20
    file_url_seconds: int = 120
    webhook_debounce: float = 60.0
    webhook_retry_factor: float = 1.0
    webhook_timeout: float = 10.0
    loopback_webhooks: bool = True
    quiet: bool = False

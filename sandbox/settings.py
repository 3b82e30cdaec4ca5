"""The sandbox's settings, which come from the command line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one sandbox. The default limits are Smartsheet's own. A limit of 0 means no limit."""

    region: str = "com"
    host: str = "127.0.0.1"
    port: int = 8001
    state_file: Path | None = None
    tls: tuple[Path, Path] | None = None
    rows: int = 0
    columns: int = 0
    redirect_url: str = "http://127.0.0.1:8000/identity/callback/"
    apps: tuple[tuple[str, str, str], ...] = ()
    code_seconds: int = 600
    token_seconds: int = 604_799
    allow_hash_and_secret: bool = False
    rate_limit: int = 300
    heavy_cost: int = 10
    one_write_at_a_time: bool = True
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
    latency: str = "none"
    seed: int = 0
    quiet: bool = False

    def in_region(self, region: str, *, place: int) -> Settings:
        """Return the settings for one of several regions, with its own port and state file."""
        state_file = self.state_file and self.state_file.with_name(f"{self.state_file.name}.{region}")
        return replace(self, region=region, port=self.port and self.port + place, state_file=state_file)

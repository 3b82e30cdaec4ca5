"""The one way to Smartsheet: the SDK's transport, bounded in time and size; no write is ever resent."""

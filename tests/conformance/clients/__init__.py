"""One program for each Python client. Each runs in an environment that holds that client, not in ours."""

"""Compares the sandbox with what Smartsheet publishes, and tries clients of Smartsheet on the sandbox.

`make test-sandbox` runs these suites. `make test` doesn't run them, because they download packages (SDKs, clients,
schemathesis) and read reference material in ../shared/smartsheet, next to the project.
"""

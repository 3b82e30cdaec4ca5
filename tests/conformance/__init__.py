"""Holding the sandbox against what Smartsheet itself publishes: `make test-sandbox`.

Nothing here runs in `make test`: the suites download what they need (Smartsheet's SDKs, schemathesis) and read
reference material that lies beside the project, not in it.
"""

"""Personal tokens for programs, which call this app's API in a person's name. Smartsheet's tokens are in
identity/tokens/.
"""

"""App tokens: with one, a program calls this app's API in a person's name. For Smartsheet's tokens, see
identity/tokens/.
"""

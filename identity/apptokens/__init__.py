"""App tokens. With an app token, a program calls this app's API in a person's name. The tokens from Smartsheet are in
identity/tokens/.
"""

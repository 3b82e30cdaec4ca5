"""The programs that call Python clients. Each program runs in an environment that has its client, not in the
project's environment.
"""

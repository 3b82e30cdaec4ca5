"""The programs that call Python clients. Each program runs in an environment that has the program's client, and not in
the project's environment.
"""

"""gunicorn's configuration for this app: `python -m gunicorn -c python:config.gunicorn`. docs/deploy.md says how many
processes and threads the app needs.

Options on the command line override this file. The environment variable WEB_CONCURRENCY is the number of processes.
"""

from pathlib import Path

from config.environment import number

OTHER_THREADS = 8  # threads that answer other requests while SMARTSHEET_MAX_CALLS threads wait for Smartsheet

wsgi_app = "config.wsgi:application"
threads = int(number("SMARTSHEET_MAX_CALLS", least=1)) + OTHER_THREADS
graceful_timeout = int(2 * number("SMARTSHEET_DEADLINE", least=0.1)) + 5  # seconds in which running requests can finish
keepalive = 75  # seconds, more than nginx keeps a connection; so nginx never uses a connection that gunicorn is closing
control_socket_disable = True  # the socket would be in HOME, where all processes of the user share it
if Path("/dev/shm").is_dir():  # noqa: S108 # a worker's heartbeat file, whose writes must not wait for a disk
    worker_tmp_dir = "/dev/shm"  # noqa: S108 # as above

"""How gunicorn serves this app: `python -m gunicorn -c python:config.gunicorn`. docs/deploy.md says how to size it.

What stands on the command line wins over this file, and WEB_CONCURRENCY is the number of processes.
"""

from pathlib import Path

from config.environment import number

OTHER_THREADS = 8  # for pages that need no call to Smartsheet, while as many calls as are allowed are in progress

wsgi_app = "config.wsgi:application"
threads = int(number("SMARTSHEET_MAX_CALLS", least=1)) + OTHER_THREADS
graceful_timeout = int(2 * number("SMARTSHEET_DEADLINE", least=0.1)) + 5  # seconds; a save in progress is finished
keepalive = 75  # seconds; longer than nginx keeps a connection, so that it never uses one that is being closed
control_socket_disable = True  # it would be in HOME, one for all processes of the user
if Path("/dev/shm").is_dir():  # noqa: S108 # no temporary file, but a sign of life that must not wait for a disk
    worker_tmp_dir = "/dev/shm"  # noqa: S108 # as above

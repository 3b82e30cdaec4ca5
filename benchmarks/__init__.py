"""Measures the gateway: `make bench`.

First, it reads one row many times, with a new gateway each time, as a page of the app does, and with a new SDK client
each time. Second, it reads a sheet of 20,000 rows and 20 columns in three ways. One way uses the gateway. One uses only
requests and orjson; this is the floor, because no HTTP and JSON code in Python is much faster. One uses the SDK's own
typed `get_sheet`. A replay server answers from memory, so that the sandbox's own work doesn't count. Each way runs in
its own process, so that its peak memory is separate. Times differ between machines: look at the ratios.
"""

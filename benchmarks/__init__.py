"""Measures the gateway: `make bench`.

Reads one row with a new gateway each time, as a page of the app does, against a new SDK client each time. Then
reads a sheet of 20,000 rows and 20 columns three ways: through the gateway, by bare requests and orjson (the
floor: nothing that speaks HTTP and JSON in Python is much faster), and by the SDK's own typed `get_sheet`; the
answers are the sandbox's, given again from memory, so that the server's own work does not count. Each way runs in
a process of its own, so that its peak memory is its own. Times differ from machine to machine: look at the ratios.
"""

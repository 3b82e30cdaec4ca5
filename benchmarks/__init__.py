"""Measures the gateway: `make bench`.

First, it reads one row many times in two ways: with a new gateway each time, as the app's pages do, and with a new SDK
client each time. Second, it reads a sheet of 20,000 rows and 20 columns in three ways: with the gateway, with only
`requests` and `orjson`, and with the SDK's typed `get_sheet`. The way with `requests` and `orjson` is the floor,
because no HTTP and JSON code in Python is much faster. A replay server answers from memory, so that the sandbox's own
work doesn't count. Each way runs in its own process, so that its peak memory can be measured. Times differ between
machines. So the goals are for two ratios: the gateway's time divided by the floor's, and the time of `get_sheet`
divided by the gateway's.
"""

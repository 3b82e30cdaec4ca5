"""Tests settling: whenever a process dies, the log and Smartsheet agree in the end."""

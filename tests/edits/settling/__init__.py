"""Tests settling: at whatever moment a process dies, the log and Smartsheet agree in the end."""

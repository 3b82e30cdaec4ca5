"""Settling: log and Smartsheet agree in the end, whenever a process died."""

"""Tests of settling. Log and Smartsheet agree in the end, whenever a process died."""

"""The HTTP server: requests and answers, sign-in, faults, the control plane."""

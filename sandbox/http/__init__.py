"""The server: requests and answers, sign-in, faults to order, the control plane."""

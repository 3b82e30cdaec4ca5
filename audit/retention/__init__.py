"""How long the log keeps what: old months retired with proof, names and personal values erased on request."""

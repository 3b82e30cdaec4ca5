"""What the log's evidence rests on: hashes and trees over entries, signed seals, anchors, proofs of one entry."""

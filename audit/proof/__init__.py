"""The log's proof: hashes and Merkle trees over entries, signed seals, anchors, and proofs of single entries."""

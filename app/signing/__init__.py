"""Keys, canonical bytes, signatures, the chain of signed entries: the only room with cryptography."""

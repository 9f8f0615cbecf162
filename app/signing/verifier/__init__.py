"""The verifier of exported trails: stdlib and cryptography, nothing of the program that made them."""

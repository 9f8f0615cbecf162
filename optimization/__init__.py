"""Remedies as optimisation problems: one frozen problem in, one audited outcome out."""

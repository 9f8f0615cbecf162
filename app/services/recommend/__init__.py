"""From a case to ranked options: what to ask the solver, and what its answer means."""

"""Decision tables in the manner of DMN: their cells, their evaluation and what may be wrong with them."""

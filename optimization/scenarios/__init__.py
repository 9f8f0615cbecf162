"""What-if: a baseline with overrides, solved beside it, compared term by term and order by order."""

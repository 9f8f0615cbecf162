"""The What-if page: change the world, solve it, compare worlds side by side, promote what flips."""

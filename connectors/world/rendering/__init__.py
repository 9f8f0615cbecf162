"""The world as its systems would show it: documents with their own ids, words, clocks and delays."""

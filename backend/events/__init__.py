"""Events: from the first draft to the last guest."""

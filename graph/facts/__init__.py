"""Facts: from files into the graph, and out again."""

"""The engine in arrays: facts are read as packed lists, worked out in numpy and scipy, and published from lists.

Nothing is staged in the graph. Memory grows with the members and their facts.
"""

"""A look back: ratings as of a day, and what became of what their members owed afterwards. Nothing is written.

entries   the members as they stood on a day, with what they kept and broke in the days after it
measures  how well a score parts what was kept from what was broken; intervals
bands     the share that was late or broken, band by band, of twenty members at least
backtest  both of them together, and beside them own conduct and the plain mean
wording   what that says, in sentences, and what it does not
record    the figures that an operator has put on the page of a scheme
"""

"""What a mapping does to cells: one module for each sort of step, each with the keys that belong together.

texts.py      trim, nothing, case, whole: text -> text
joined.py     joined, by: several columns -> one id
words.py      values, values_from: words -> what they mean (look_alikes.py: words that look like others)
pseudonym.py  pseudonym, prefix: an address or a number -> an id that says nothing
numbers.py    decimal, thousands, times, from, to
instants.py   seconds_since and the like: a number -> a time
times.py      format, days_since, zone, day: a day or a local time -> a time
              (written.py: patterns such as %d.%m.%Y; local_days.py: when a day begins and ends)
where.py      where: which rows are taken
fill_down.py  fill_down, totals.py: totals: rows of a sheet that are no rows of a table
lines.py      skip_lines, comments, sep=: lines of a file that are no rows
chain.py      the steps of one cell in their order, and which of them go together

A step is a function of cells: the cells after it, missing where it cannot be done, and the reason for those.
"""

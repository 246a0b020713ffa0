"""Says what a study's numbers allow: intervals, paired tests, a ranking. Data frames in and out.

Two things are left to chance in a study: which photos are in the test set, and which seeds the
networks were trained with. Another study would have others of both, so the intervals and tests here
are over both, but where they say otherwise.
"""

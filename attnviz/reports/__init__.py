"""What reports are made of: blocks that become Markdown and HTML, figures that stand in a page, numbers in words.

Knows nothing of what is reported; a study's report, that of gates and that of scores are made of it.
"""

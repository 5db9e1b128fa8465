"""The user study: a plan is frozen, participants vote blind, and the votes become results.

Plan -> trials -> votes -> results. Nothing here knows of the page, and only :mod:`attnviz.study.build` makes maps.
"""

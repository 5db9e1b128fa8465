"""Where votes are kept: a database that is the truth, and votes.csv, its copy. See :class:`Votes`."""

from __future__ import annotations

from attnviz.study.votes.answers import Choice, Vote
from attnviz.study.votes.columns import COLUMNS
from attnviz.study.votes.ledger import Counts, OpenTrial, Votes
from attnviz.study.votes.participants import Participant
from attnviz.study.votes.secret import COOKIE

__all__ = ["COLUMNS", "COOKIE", "Choice", "Counts", "OpenTrial", "Participant", "Vote", "Votes"]

"""The tables. What they say is checked again by the database: one vote a trial, one trial a number, known choices."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, MetaData, String, Table, Text, UniqueConstraint

METADATA = MetaData()

# one row; writers lock it, so that they go one at a time in every kind of database
STUDY = Table(
    "study",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("schema_version", Integer, nullable=False),
    Column("study", Text, nullable=False),
    Column("plan_sha256", String(64), nullable=False),
    Column("checked_at", String(24)),
    CheckConstraint("id = 1", name="one_study"),
)

PARTICIPANTS = Table(
    "participants",
    METADATA,
    Column("id", String(33), primary_key=True),
    Column("number", Integer, unique=True),  # none once withdrawn: the next participant gets it
    Column("secret_sha256", String(64), nullable=False, unique=True),
    Column("withdrawal_sha256", String(64), nullable=False, unique=True),
    Column("completion_sha256", String(64), unique=True),
    Column("language", String(8), nullable=False),
    Column("joined_at", String(24), nullable=False),
    Column("finished_at", String(24)),
    Column("withdrawn_at", String(24)),
)

# those that were shown, answered or not
TRIALS = Table(
    "trials",
    METADATA,
    Column("vote_id", String(33), primary_key=True),
    Column("participant", String(33), ForeignKey("participants.id"), nullable=False),
    Column("trial", Integer, nullable=False),
    Column("shown_at", String(24), nullable=False),
    UniqueConstraint("participant", "trial", name="one_showing"),
)

# the columns of votes.csv, as they are written there, and the order in which they were stored
VOTES = Table(
    "votes",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("schema", Integer, nullable=False),
    Column("vote_id", String(33), ForeignKey("trials.vote_id"), nullable=False, unique=True),
    Column("study", Text, nullable=False),
    Column("plan_sha256", String(64), nullable=False),
    Column("participant", String(33), ForeignKey("participants.id"), nullable=False),
    Column("trial", Integer, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("image", Text, nullable=False),
    Column("class", Text, nullable=False),
    Column("left_model", Text, nullable=False),
    Column("right_model", Text, nullable=False),
    Column("choice", String(8), nullable=False),
    Column("preferred_model", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("shown_at", String(24), nullable=False),
    Column("voted_at", String(24), nullable=False),
    Column("response_ms", Integer, nullable=False),
    Column("flags", Text, nullable=False),
    Column("app_version", Text, nullable=False),
    UniqueConstraint("participant", "trial", name="one_vote"),
    CheckConstraint("choice IN ('left', 'right', 'similar')", name="known_choice"),
    CheckConstraint("kind IN ('main', 'repeat', 'catch', 'practice', 'demo')", name="known_kind"),
    CheckConstraint("response_ms >= 0", name="forward_in_time"),
)

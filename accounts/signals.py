"""The one signal of our own flow: each app moves its own rows when two learners become one."""

from django.dispatch import Signal

# Sent inside the transaction that merges, before `source` is deleted.
# Arguments: source (the learner that goes), target (the learner that stays).
learner_merged = Signal()

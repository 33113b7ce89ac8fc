"""For the floor above, which maintenance does not know."""

from django.dispatch import Signal

# With every round of what clears away, in a worker. Whoever listens does a little of its own cleaning and comes back soon; what
# it raises is logged, and its turn comes again.
cleaning = Signal()

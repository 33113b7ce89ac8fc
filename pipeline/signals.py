from django.dispatch import Signal

# Sent by maintenance with every round of cleaning, in a worker. A receiver does a little of its own and returns soon;
# what it raises is logged, and tried again next round.
cleaning = Signal()

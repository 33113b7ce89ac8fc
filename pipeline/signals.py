from django.dispatch import Signal

# Sent by maintenance with every round. A receiver cleans a little and returns soon; what it raises is logged.
cleaning = Signal()

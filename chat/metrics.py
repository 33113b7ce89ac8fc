"""What this web process counts for the operator; /metrics shows it."""

from prometheus_client import Counter, Gauge

SOCKETS = Gauge("studio_sockets", "Open sockets of this process")
ACCEPTED = Counter("studio_messages_accepted_total", "Messages accepted by this process, repeated ones left out")
NEWS = Counter("studio_news_sent_total", "Pieces of news that this process sent down its sockets")

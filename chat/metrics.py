from prometheus_client import Counter, Gauge

SOCKETS = Gauge("studio_sockets", "Open sockets of this process")
PLACES = Gauge(
    "studio_places",
    "Connections of this process that count for somebody's limit: open sockets, and those that may become some",
)
ACCEPTED = Counter("studio_messages_accepted_total", "Messages accepted by this process, repeated ones left out")
EVENTS = Counter("studio_news_sent_total", "Events that this process sent down its sockets")

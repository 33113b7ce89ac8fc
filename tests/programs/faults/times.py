"""Short times, so that a fault is over within seconds. Their ratios are those of the defaults."""

LEASE_S = 2.0
ENVIRONMENT = {
    "STUDIO_LEASE_S": str(LEASE_S),
    "STUDIO_RENEW_S": "0.5",
    "STUDIO_RESCUE_S": "0.5",
    "STUDIO_WATCH_S": "0.5",
    "STUDIO_FREE_BYTES": "0",  # a disk may fill up: that is one of the faults
    "STUDIO_LIMITS": "off",
    "STUDIO_PRICES": "images picture=0.04",  # a picture has a price, see `money`
    "STUDIO_LOG_LEVEL": "INFO",
    "DJANGO_SETTINGS_MODULE": "project.settings",
}

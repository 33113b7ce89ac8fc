"""How good the offline tools are, measured: `make quality`."""

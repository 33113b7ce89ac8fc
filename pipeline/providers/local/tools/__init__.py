"""What the studio does to photographs without an AI. Pixels in, pixels out: arrays of (height, width, 3 or 4), uint8, sRGB.

Every tool calls its `progress` with rising fractions several times a second, whatever the size, and lets pass what it raises.
"""

"""Stable Diffusion and its relatives in the worker itself, by Hugging Face's diffusers: `STUDIO_DIFFUSERS_MODEL`."""

"""Any server that speaks OpenAI's API: stable-diffusion.cpp, vLLM, LocalAI, llama.cpp, Ollama and others, and OpenAI itself.

A plain HTTP client, not OpenAI's SDK: that repeats requests by itself, follows redirects with the key in hand, and knows
none of the differences between those servers.
"""

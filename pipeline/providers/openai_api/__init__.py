"""Any server that speaks OpenAI's API: stable-diffusion.cpp, vLLM, LocalAI, llama.cpp, Ollama, OpenAI itself. Not by
OpenAI's SDK, which repeats requests, follows redirects with the key, and knows none of the servers' differences."""

"""Any server that speaks OpenAI's API, and OpenAI itself. Not by OpenAI's SDK, which repeats requests, follows
redirects with the key, and knows none of the servers' differences."""

// Prints what AsyncAPI's own parser has to say of a document; nothing where all is well.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
for (const { code, path, message } of diagnostics) console.log(`${code} ${path.join("/")}: ${message}`);
process.exit(document && diagnostics.length === 0 ? 0 : 1);

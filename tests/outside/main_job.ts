// The main job with a client whose types openapi-typescript made: a guest, a session, a message, its picture.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

declare const process: { argv: string[] };
const baseUrl = process.argv[2]!;
const stranger = createClient<paths>({ baseUrl });
const { data: guest } = await stranger.POST("/api/v1/auth/guest/");
if (!guest) throw new Error("no guest");

const client = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${guest.token}` } });
const { data: session } = await client.POST("/api/v1/chat/sessions/", { body: { title: "From TypeScript" } });
if (!session) throw new Error("no session");
const { data: sent } = await client.POST("/api/v1/chat/sessions/{session_id}/messages/", {
  params: { path: { session_id: session.id }, header: { "Idempotency-Key": "typescript-1" } },
  body: { content: "a lake at dawn", options: { width: 128, height: 128 } },
});
if (!sent) throw new Error("not sent");

for (;;) {
  const path = { session_id: session.id, message_id: sent.id };
  const { data: message } = await client.GET("/api/v1/chat/sessions/{session_id}/messages/{message_id}/", { params: { path } });
  if (!message) throw new Error("no message");
  if (message.status === "DONE") {
    const picture = await fetch(new URL(message.image_url!, baseUrl));
    console.log(picture.headers.get("Content-Type"));
    break;
  }
  if (message.status !== "PROCESSING") throw new Error(message.error?.code);
  await new Promise((resolve) => setTimeout(resolve, 200));
}

const { error } = await client.GET("/v1/gallery/{image_id}/", { params: { path: { image_id: "none" } } });
console.log(error?.code);

import type { Client } from "../chain/client.ts";
import { readEvents, topicOf } from "../chain/events.ts";
import { auditIndices } from "../crypto/audit.ts";
import { fromHex } from "../crypto/bytes.ts";
import type { Terms } from "../protocol/terms.ts";

/** Keys of the audit-opened fragments by position; empty before the audit is opened, or without one. */
export async function auditedKeys(
  client: Client,
  releaseId: string,
  terms: Terms,
): Promise<Map<number, Uint8Array>> {
  for await (const { args } of readEvents(client, { topics: [topicOf("AuditOpened"), releaseId] })) {
    const keys = Array.from(args["chunkKeys"] as string[], (key) => fromHex(key, 32));
    const indices = await drawnIndices(client, releaseId, terms);
    return new Map(indices.map((index, n) => [index, keys[n]!]));
  }
  return new Map();
}

async function drawnIndices(client: Client, releaseId: string, terms: Terms): Promise<number[]> {
  const { chunkCount, auditSamples } = terms;
  for await (const { args } of readEvents(client, { topics: [topicOf("AuditDrawn"), releaseId] })) {
    return auditIndices(fromHex(args["seed"] as string, 32), chunkCount, auditSamples);
  }
  return [];
}

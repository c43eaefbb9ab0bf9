/** One line from a miner: parsed, sent to its method, answered (rules STRATUM-2 and STRATUM-3). */
import { type Answer, METHODS } from "./handshake.ts";
import type { Pool } from "./pool.ts";
import { encodeRefusal, encodeResult, type RequestId, refusal } from "./refusal.ts";
import { parseLine, type Request } from "./request.ts";
import type { Session } from "./session.ts";
import { submit } from "./submit.ts";

/** @returns the answer, empty when it was sent; null when there is none, or it comes later: then `later` is told */
export function handleLine(pool: Pool, session: Session, line: string, later: () => void): string | null {
  // Some miners end lines with carriage returns, or send empty ones to keep a connection open.
  if (line.trim() === "") return null;
  pool.metrics.requestsTotal++;
  const parsed = parseLine(line);
  if (parsed.kind === "malformed") {
    pool.metrics.malformedLinesTotal++;
    session.outlet.send(encodeRefusal(parsed.id, refusal("other", parsed.words)));
    // Not held against the host before it has spoken Stratum: else any page in a browser could get its reader's miners banned.
    if (session.ticket === null) session.outlet.drop("this is a Stratum server");
    else pool.gate.strike(session.outlet.host, pool.clock.nowMs());
    return "";
  }
  return parsed.kind === "answer" ? null : answer(pool, session, parsed, later);
}

function answer(pool: Pool, session: Session, { id, method, params }: Request, later: () => void): string | null {
  if (method === "mining.submit") {
    const result = submit(pool, session, params);
    if (!(result instanceof Promise)) return encode(id, result);
    result.then((late) => {
      session.outlet.send(encode(id, late));
      later();
    });
    return null;
  }
  const known = METHODS.get(method);
  if (known === undefined) return encodeRefusal(id, refusal("other", "Unknown method"));
  const tasks: (() => void)[] = [];
  const text = encode(
    id,
    known(pool, session, params, (task) => tasks.push(task)),
  );
  if (tasks.length === 0) return text;
  session.outlet.send(text);
  for (const task of tasks) task();
  return "";
}

function encode(id: RequestId, answer: Answer): string {
  return answer.ok ? encodeResult(id, answer.value) : encodeRefusal(id, answer.error);
}

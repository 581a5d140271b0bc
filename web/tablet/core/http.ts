/** One call to the API, and what kind of failure it met: each kind is answered differently. */

import type { Call, Problem, Unread } from "../../shared/wire/api.ts";
import type { Environment } from "./environment.ts";
import { CoreError } from "./core_error.ts";

export const TIMEOUT_MS = 30_000;
const GZIP_FROM_BYTES = 1024;

/**
 * offline: nobody answered. timeout: nobody did in TIMEOUT_MS, but somebody may have heard. auth: 401. too_large: 413. later: 408, 429, 5xx.
 * refused: any other answer; saying it again will not help.
 */
export type Failure = "offline" | "timeout" | "auth" | "too_large" | "later" | "refused";

/** A call that failed; `code` is the server's problem code where it gave one. */
export class CallError extends CoreError {
  readonly failure: Failure;
  readonly retry_after_ms: number;
  /** Of a refused assertion: what to sign (extension member of the problem). */
  readonly nonce: string | null;

  constructor(failure: Failure, code: string, retryAfterMs = 0, nonce: string | null = null) {
    super(code);
    this.name = "CallError";
    this.failure = failure;
    this.retry_after_ms = retryAfterMs;
    this.nonce = nonce;
  }
}

/** A path with its method and its body, as the API's description has them, and how to call it. */
export type Request = Call & {
  /** Where the API stands; the environment's own where not named. */
  base?: string;
  token?: string;
  /** The answer may tell the browser to delete what it keeps: it obeys only where cookies might be set. */
  clears?: boolean;
};

/** The JSON of a 2xx answer, or null for 204 and 304. Throws CallError. */
export async function call(environment: Environment, request: Request): Promise<unknown> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (request.token !== undefined) headers["Authorization"] = `Bearer ${request.token}`;
  let body: BodyInit | null = null;
  if (request.body !== undefined) {
    headers["Content-Type"] = "application/json";
    const text = new TextEncoder().encode(JSON.stringify(request.body));
    const packed = text.length >= GZIP_FROM_BYTES ? await gzip(text) : null;
    if (packed !== null) headers["Content-Encoding"] = "gzip";
    body = packed ?? text;
  }
  const abort = new AbortController();
  let late = false;
  const cancel = environment.schedule(() => {
    late = true;
    abort.abort();
  }, TIMEOUT_MS);
  try {
    const response = await environment.fetch(`${request.base ?? environment.api}${request.path}`, {
      method: request.method,
      headers,
      body,
      cache: "no-store",
      credentials: request.clears === true ? "same-origin" : "omit",
      redirect: "error",
      signal: abort.signal,
    });
    if (response.status === 304 || response.status === 204) return null;
    if (!response.ok) throw await failureOf(response);
    return await response.json();
  } catch (error) {
    if (error instanceof CallError) throw error;
    // No answer, an aborted one, or one cut short: the server may well have stored what we sent.
    throw late ? new CallError("timeout", "timeout") : new CallError("offline", "offline");
  } finally {
    cancel();
  }
}

async function failureOf(response: Response): Promise<CallError> {
  let code = `http.${response.status}`;
  let nonce: string | null = null;
  try {
    const problem = (await response.json()) as Unread<Problem>;
    if (typeof problem.code === "string") code = problem.code;
    if (typeof problem.nonce === "string") nonce = problem.nonce;
  } catch {
    // A proxy's page instead of a problem: the status says enough.
  }
  return new CallError(kindOf(response.status), code, retryAfterMs(response), nonce);
}

function kindOf(status: number): Failure {
  if (status === 401) return "auth";
  if (status === 413) return "too_large";
  if (status === 408 || status === 429 || status >= 500) return "later";
  return "refused";
}

/** Seconds only: an HTTP date would be read by a clock that may be wrong. */
function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get("Retry-After") ?? "0");
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3600) * 1000 : 0;
}

async function gzip(data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer | null> {
  if (typeof CompressionStream === "undefined") return null;
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).arrayBuffer();
}

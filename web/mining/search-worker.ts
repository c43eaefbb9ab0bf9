/** A thread of the page that searches. */
import { createSearchServer, type SearchRequest } from "#production/miner";

const serve = createSearchServer(null, (answer) => postMessage(answer));
addEventListener("message", ({ data }: MessageEvent<SearchRequest>) => serve(data));

import { useNavigate } from "@tanstack/react-router";
import type { Status } from "#api/contract";
import {
  type LiveConnection,
  useClient,
  useConnection,
  useDevnetNodes,
  useLiveConnection,
  useNames,
  useStatus,
} from "../client/index.ts";
import { Badge, Icon, type IconName, SearchField, ThemeSwitch, type Tone } from "../ui/index.ts";
import { findPlace } from "./search.ts";

export function TopBar() {
  const navigate = useNavigate();
  const client = useClient();
  const names = useNames();
  const nodes = useDevnetNodes();
  const status = useStatus();
  const search = async (text: string): Promise<string | null> => {
    const found = await findPlace(text, { client, names, nodes: nodes.data ?? [], chain: status.data?.chain ?? null });
    if (found.to === null) return found.problem;
    await navigate({ to: found.to });
    return null;
  };
  return (
    <header className="sticky top-0 z-10 flex min-h-14 flex-wrap items-center gap-x-3 gap-y-2 border-line border-b bg-canvas/92 px-4 py-2 backdrop-blur-sm md:px-6">
      <div className="order-1 min-w-0 flex-1">
        <SearchField search={search} />
      </div>
      <div className="order-3 flex min-w-0 items-center gap-2 max-md:w-full md:order-2">
        {status.data === undefined ? null : (
          <Badge
            tone="accent"
            icon={status.data.features.includes("mining") ? "pick" : "validators"}
            title={`Chain ${status.data.chain.id}, engine ${status.data.chain.engine}`}
          >
            {status.data.chain.name} · {engineWord(status.data.chain.engine)}
          </Badge>
        )}
        <NodeChoice />
        <Health status={status.data} failed={status.isError} />
      </div>
      <div className="order-2 md:order-3">
        <ThemeSwitch />
      </div>
    </header>
  );
}

function engineWord(engine: string): string {
  return { pow: "work", pos: "stake", pop: "play" }[engine] ?? engine;
}

/** Which node the page talks to; on a plain node there is no choice. */
function NodeChoice() {
  const { node, chooseNode } = useConnection();
  const nodes = useDevnetNodes();
  if (nodes.data === null || nodes.data === undefined) return null;
  return (
    <label className="relative inline-flex items-center">
      <span className="sr-only">Node that the page reads from</span>
      <select
        value={node ?? ""}
        onChange={(event) => chooseNode(event.target.value === "" ? null : event.target.value)}
        className="h-7 appearance-none rounded-full border border-line-strong bg-card pr-6 pl-2.5 text-ink-soft text-xs"
      >
        <option value="">any node</option>
        {nodes.data.map(({ name, state }) => (
          <option key={name} value={name} disabled={state !== "running"}>
            {name}
          </option>
        ))}
      </select>
      <span className="pointer-events-none absolute right-1.5 rotate-90 text-ink-faint">
        <Icon name="chevron" size={11} />
      </span>
    </label>
  );
}

function Health({ status, failed }: { readonly status: Status | undefined; readonly failed: boolean }) {
  const { tone, icon, word, why } = healthOf(status, failed, useLiveConnection());
  return (
    <span role="status">
      <Badge tone={tone} icon={icon} title={why}>
        {word}
      </Badge>
    </span>
  );
}

interface HealthWords {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly word: string;
  readonly why: string;
}

function healthOf(status: Status | undefined, failed: boolean, { state }: LiveConnection): HealthWords {
  if (failed || state === "lost")
    return { tone: "bad", icon: "alert", word: "Offline", why: "The node does not answer; trying again" };
  if (status === undefined) return { tone: "neutral", icon: "clock", word: "Connecting", why: "Asking the node" };
  if (status.readOnly !== undefined) return { tone: "bad", icon: "lock", word: "Read only", why: status.readOnly };
  if (status.syncing)
    return { tone: "info", icon: "clock", word: "Syncing", why: `At height ${status.head.height}, catching up` };
  if (status.notices.length > 0) return { tone: "warn", icon: "alert", word: "Notice", why: status.notices.join("\n") };
  if (state !== "open") return { tone: "neutral", icon: "clock", word: "Connecting", why: "Opening the event stream" };
  return { tone: "good", icon: "pulse", word: "Live", why: `${status.node.agent}, version ${status.version}` };
}

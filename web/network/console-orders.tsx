import { useState } from "react";
import type { DevnetNode } from "#api/contract";
import { type NodeOrder, useConnection, useFeature, useNodeOrder } from "../client/index.ts";
import { Button, Card, Dialog, Icon, type IconName } from "../ui/index.ts";
import { NodesTable } from "./nodes-table.tsx";
import { TokenField } from "./token-field.tsx";

interface Order {
  readonly order: NodeOrder;
  readonly label: string;
  readonly icon: IconName;
  /** Asked before it is given. */
  readonly question?: string;
}

const RUNNING: readonly Order[] = [
  { order: "mine", label: "Mine", icon: "pick" },
  { order: "validate", label: "Validate", icon: "check" },
  {
    order: "shutdown",
    label: "Shut down",
    icon: "power",
    question: "It finishes what it does, says goodbye to its peers and ends. Start it again here whenever you like.",
  },
  {
    order: "kill",
    label: "Kill",
    icon: "cross",
    question:
      "Its process ends at once, as in a power cut. What it has acknowledged must still be there when it comes back.",
  },
];
const STOPPED: readonly Order[] = [{ order: "start", label: "Start", icon: "play" }];

interface Asked {
  readonly order: Order;
  readonly name: string;
}

/** The probe of a devnet: every node, and orders to it, with the console's token. */
export function ConsoleOrders({ nodes }: { readonly nodes: readonly DevnetNode[] }) {
  const { token } = useConnection();
  const [asked, setAsked] = useState<Asked | null>(null);
  const give = useNodeOrder(token.trim());
  const choose = (order: Order, name: string): void => {
    if (order.question === undefined) give.mutate({ order: order.order, name });
    else setAsked({ order, name });
  };
  const canMine = useFeature("mining") === true;
  const running = RUNNING.filter(({ order }) => order !== "mine" || canMine);
  const orders = (node: DevnetNode) => (
    <span className="inline-flex gap-1">
      {(node.state === "running" ? running : node.state === "stopped" || node.state === "crashed" ? STOPPED : []).map(
        (order) => (
          <Button
            key={order.order}
            size="small"
            look={order.order === "kill" ? "danger" : "plain"}
            icon={order.icon}
            disabled={token.trim() === "" || give.isPending}
            aria-label={`${order.label} ${node.name}`}
            onClick={() => choose(order, node.name)}
          >
            {order.label}
          </Button>
        ),
      )}
    </span>
  );
  return (
    <Card title="Nodes" flush>
      <NodesTable nodes={nodes} actions={orders} />
      <Reasons nodes={nodes} />
      <div className="grid items-start gap-4 border-line border-t p-4 md:grid-cols-[20rem_1fr]">
        <TokenField />
        <OrderResult result={give} />
      </div>
      <Confirmation
        asked={asked}
        close={() => setAsked(null)}
        give={({ order, name }) => give.mutate({ order: order.order, name })}
      />
    </Card>
  );
}

/** Why nodes are as they are, where there is something to say: too long for a cell. */
function Reasons({ nodes }: { readonly nodes: readonly DevnetNode[] }) {
  const told = nodes.filter(({ note }) => note !== undefined);
  if (told.length === 0) return null;
  return (
    <ul aria-label="Why" className="flex flex-col gap-1 border-line border-t px-4 py-3 text-sm">
      {told.map(({ name, note }) => (
        <li key={name} className="break-words text-ink-soft">
          <span className="font-medium text-ink">{name}</span> {note}
        </li>
      ))}
    </ul>
  );
}

function Confirmation({
  asked,
  close,
  give,
}: {
  readonly asked: Asked | null;
  readonly close: () => void;
  readonly give: (asked: Asked) => void;
}) {
  return (
    <Dialog open={asked !== null} title={asked === null ? "" : `${asked.order.label} ${asked.name}?`} close={close}>
      <p className="text-ink-soft text-sm">{asked?.order.question}</p>
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={close}>Leave it running</Button>
        <Button
          look="danger"
          onClick={() => {
            if (asked !== null) give(asked);
            close();
          }}
        >
          {asked?.order.label}
        </Button>
      </div>
    </Dialog>
  );
}

function OrderResult({ result }: { readonly result: ReturnType<typeof useNodeOrder> }) {
  return (
    <p role="status" className="flex min-h-9 items-center gap-2 self-center text-sm">
      {result.isPending ? (
        <>
          <Icon name="clock" />
          {result.variables.name}: {result.variables.order} …
        </>
      ) : result.isError ? (
        <span className="flex items-center gap-2 text-bad">
          <Icon name="alert" />
          {result.error.message}
        </span>
      ) : result.isSuccess ? (
        <span className="flex items-center gap-2 text-good">
          <Icon name="check" />
          {result.data}
        </span>
      ) : (
        <span className="text-ink-faint">Orders need the token; reading does not.</span>
      )}
    </p>
  );
}

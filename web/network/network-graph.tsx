/** The picture of the network, drawn by sigma; loaded only where it is shown. */
import Graph from "graphology";
import { useEffect, useRef, useState } from "react";
import Sigma from "sigma";
import type { Settings } from "sigma/settings";
import { formatCount, type Tokens, useTokens } from "../ui/index.ts";
import { type NetworkGraph as Model, placeOnOval, tipsOf } from "./graph-model.ts";

const NODE_SIZE = 13;
/** Of tips, the highest first; the rest share the last. */
const TIP_TOKENS = ["accent-fill", "info", "bad"] as const;
const TOKENS = [...TIP_TOKENS, "ink", "ink-soft", "ink-faint", "line-strong"] as const;
type Colours = Tokens<(typeof TOKENS)[number]>;

interface NodeLook {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly color: string;
  readonly label: string;
  readonly detail: string;
  /** Where its words stand, away from the connections. */
  readonly above: boolean;
}

export function NetworkGraph({ graph: model, label }: { readonly graph: Model; readonly label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<{ readonly graph: Graph; readonly sigma: Sigma } | null>(null);
  const [failed, setFailed] = useState(false);
  const colours = useTokens(TOKENS);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const graph = new Graph({ type: "undirected" });
    try {
      drawn.current = { graph, sigma: new Sigma(graph, element, FIXED_SETTINGS) };
    } catch {
      // Without WebGL there is no picture; the table beside it says the same.
      setFailed(true);
    }
    return () => {
      drawn.current?.sigma.kill();
      drawn.current = null;
    };
  }, []);

  useEffect(() => {
    if (drawn.current === null) return;
    update(drawn.current.graph, model, colours);
    drawn.current.sigma.setSettings(labelSettings(colours));
    drawn.current.sigma.refresh();
  }, [model, colours]);

  if (failed) return <p className="p-4 text-ink-soft text-sm">The picture needs WebGL; the table says the same.</p>;
  return <div ref={box} role="img" aria-label={label} className="size-full" />;
}

const FIXED_SETTINGS: Partial<Settings> = {
  allowInvalidContainer: true,
  enableCameraPanning: false,
  enableCameraZooming: false,
  enableCameraRotation: false,
  stagePadding: 58,
  labelRenderedSizeThreshold: 0,
  labelDensity: 10,
  defaultDrawNodeHover: () => {},
};

function labelSettings(colours: Colours): Partial<Settings> {
  const font = getComputedStyle(document.body).fontFamily;
  return {
    defaultDrawNodeLabel: (context, data) => {
      const { x, y, size, label, detail, above } = data as typeof data & Partial<NodeLook>;
      const line = above ? y - size - 22 : y + size + 16;
      context.textAlign = "center";
      context.fillStyle = colours.ink;
      context.font = `600 12px ${font}`;
      context.fillText(label ?? "", x, line);
      context.fillStyle = colours["ink-soft"];
      context.font = `11px ${font}`;
      context.fillText(detail ?? "", x, line + 14);
      context.textAlign = "start";
    },
  };
}

/** Changes what differs and keeps the rest, so that nothing flickers. */
function update(graph: Graph, model: Model, colours: Colours): void {
  const tips = tipsOf(model.nodes);
  const present = new Set(model.nodes.map((node) => node.id));
  for (const id of graph.nodes()) if (!present.has(id)) graph.dropNode(id);
  model.nodes.forEach((node, i) => {
    const tip = tips.findIndex(({ hash }) => hash === node.head?.hash);
    const place = placeOnOval(i, model.nodes.length);
    const look: NodeLook = {
      ...place,
      above: place.y > 0.1,
      size: NODE_SIZE,
      color: colours[tip < 0 ? "line-strong" : TIP_TOKENS[Math.min(tip, TIP_TOKENS.length - 1)]!],
      label: node.name,
      detail: node.head === null ? (node.alive ? "head unknown" : "down") : `#${formatCount(node.head.height)}`,
    };
    graph.mergeNode(node.id, look);
  });
  const wanted = new Map(model.edges.map(([from, to]) => [`${from} ${to}`, [from, to] as const]));
  for (const edge of graph.edges()) if (!wanted.has(edge)) graph.dropEdge(edge);
  for (const [key, [from, to]] of wanted)
    graph.mergeEdgeWithKey(key, from, to, { size: 2, color: colours["ink-faint"] });
}

import { type ReactNode, useMemo } from "react";
import { fromUtf8, toHex } from "#base";
import { sha256 } from "#crypto";
import { useConnection, useRecord } from "../client/index.ts";
import { CodeBlock, Facts, formatBytes, Hash, JsonView, type Tab, Tabs } from "../ui/index.ts";
import { parseJson } from "./parse-json.ts";
import { QueryCard } from "./query-card.tsx";

/** The exact bytes of a record: as JSON when they are, as text, and as hex. */
export function RecordView({ id }: { readonly id: string }) {
  const record = useRecord(id);
  return (
    <QueryCard query={record} missing="No such record" title="The record" rows={6}>
      {({ bytes, mediaType }) => <RecordBytes id={id} bytes={bytes} mediaType={mediaType} />}
    </QueryCard>
  );
}

function RecordBytes({
  id,
  bytes,
  mediaType,
}: {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}) {
  const { node } = useConnection();
  const text = useMemo(() => fromUtf8(bytes), [bytes]);
  const json = useMemo(() => parseJson(text), [text]);
  const digest = useMemo(() => toHex(sha256(bytes)), [bytes]);
  const raw = `/v1/records/${id}${node === null ? "" : `?node=${encodeURIComponent(node)}`}`;
  return (
    <>
      <Tabs label="Ways to see the record" tabs={tabsFor(bytes, text, json)} />
      <Facts
        facts={[
          { label: "Size", value: `${formatBytes(bytes.length)} (${bytes.length} bytes)` },
          { label: "Declared as", value: mediaType },
          { label: "SHA-256", value: <Hash value={digest} full copy what="digest" /> },
          {
            label: "Raw",
            value: (
              <a
                href={raw}
                download={`${id}.${json === undefined ? "bin" : "json"}`}
                className="underline underline-offset-3"
              >
                Download the exact bytes
              </a>
            ),
          },
        ]}
      />
    </>
  );
}

function tabsFor(bytes: Uint8Array, text: string | null, json: unknown): readonly Tab[] {
  const pane = (content: ReactNode): ReactNode => <div className="p-4">{content}</div>;
  const tabs: Tab[] = [];
  if (json !== undefined)
    tabs.push({ key: "json", label: "JSON", content: pane(<JsonView value={json} label="The record as JSON" />) });
  if (text !== null)
    tabs.push({ key: "text", label: "Text", content: pane(<CodeBlock label="The record as text">{text}</CodeBlock>) });
  const hex = <CodeBlock label="The record as hex">{groupHex(bytes)}</CodeBlock>;
  return [...tabs, { key: "hex", label: "Bytes", content: pane(hex) }];
}

/** Two bytes a group. */
function groupHex(bytes: Uint8Array): string {
  return toHex(bytes).replace(/(.{4})(?=.)/g, "$1 ");
}

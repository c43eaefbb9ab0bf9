import { type FormEvent, useState } from "react";
import type { ChainInfo, DevnetAccount } from "#api/contract";
import { parseAddress } from "#crypto";
import { createPageClient, useConnection } from "../client/index.ts";
import { TokenField } from "../network/token-field.tsx";
import { Button, Card, Field, Icon, SelectField } from "../ui/index.ts";
import type { MinerState, PageMiner } from "./page-miner.ts";

const OTHER = "other";

export interface StartCardProps {
  readonly chain: ChainInfo;
  /** Of a devnet; empty elsewhere. */
  readonly accounts: readonly DevnetAccount[];
  readonly miner: PageMiner;
  readonly state: MinerState;
}

/** Who is paid, with how many threads, and the switch. */
export function StartCard({ chain, accounts, miner, state }: StartCardProps) {
  const { node, token } = useConnection();
  const [account, setAccount] = useState(accounts[0]?.address ?? OTHER);
  const [typed, setTyped] = useState("");
  const cores = Math.max(1, navigator.hardwareConcurrency || 1);
  const [threads, setThreads] = useState(Math.max(1, cores - 1));
  const [stopsWhenHidden, setStopsWhenHidden] = useState(false);
  const address = account === OTHER ? typed.trim() : account;
  const isBad = address !== "" && !parseAddress(address, chain.addressPrefix).ok;
  const isOn = state.kind !== "idle";
  const canStart = address !== "" && !isBad && token.trim() !== "";
  const start = (count: number): void => {
    const { client } = createPageClient({ node, token: token.trim() });
    miner.start({ client, address, threads: count, stopsWhenHidden });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isOn) miner.stop();
    else if (canStart) start(threads);
  };
  return (
    <Card title="Mine in this page">
      <form onSubmit={submit} className="flex flex-col gap-3">
        <PayTo {...{ chain, accounts, account, typed }} isBad={isBad} choose={setAccount} type={setTyped} />
        <TokenField />
        <ThreadsSlider
          threads={threads}
          cores={cores}
          change={(count) => {
            setThreads(count);
            if (state.kind === "mining" && canStart) start(count);
          }}
        />
        <label className="flex items-center gap-2 text-sm">
          <input
            type="checkbox"
            checked={stopsWhenHidden}
            disabled={isOn}
            onChange={(event) => setStopsWhenHidden(event.target.checked)}
            className="size-4 accent-(--accent)"
          />
          Rest while this page is hidden
        </label>
        <div className="flex flex-wrap items-center gap-3">
          <Button
            type="submit"
            look={isOn ? "plain" : "primary"}
            icon={isOn ? "stop" : "play"}
            disabled={!isOn && !canStart}
          >
            {isOn ? "Stop" : "Start mining"}
          </Button>
          <MinerNote state={state} />
        </div>
      </form>
    </Card>
  );
}

interface PayToProps extends Pick<StartCardProps, "chain" | "accounts"> {
  /** An address, or `OTHER`. */
  readonly account: string;
  readonly typed: string;
  readonly isBad: boolean;
  readonly choose: (account: string) => void;
  readonly type: (text: string) => void;
}

function PayTo({ chain, accounts, account, typed, isBad, choose, type }: PayToProps) {
  return (
    <>
      {accounts.length === 0 ? null : (
        <SelectField
          label="Pay to"
          value={account}
          onChange={choose}
          choices={[
            ...accounts.map(({ name, address }) => ({ value: address, label: name })),
            { value: OTHER, label: "another address" },
          ]}
          help="Who is credited for the blocks found here"
        />
      )}
      {account === OTHER ? (
        <Field
          label={accounts.length === 0 ? "Pay to" : "Address"}
          mono
          value={typed}
          onChange={(event) => type(event.target.value)}
          problem={isBad ? `This is no address of this chain: they begin with ${chain.addressPrefix}1.` : undefined}
          placeholder={`${chain.addressPrefix}1…`}
          help="Who is credited for the blocks found here"
        />
      ) : null}
    </>
  );
}

function ThreadsSlider({
  threads,
  cores,
  change,
}: {
  readonly threads: number;
  readonly cores: number;
  readonly change: (threads: number) => void;
}) {
  return (
    <label className="flex flex-col gap-1">
      <span className="flex items-baseline justify-between">
        <span className="font-medium text-sm">Threads</span>
        <span className="text-ink-faint text-xs tabular-nums">
          {threads} of {cores} {cores === 1 ? "core" : "cores"}
        </span>
      </span>
      <input
        type="range"
        min={1}
        max={cores}
        value={threads}
        onChange={(event) => change(Number(event.target.value))}
        className="h-9 w-full accent-(--accent)"
      />
    </label>
  );
}

function MinerNote({ state }: { readonly state: MinerState }) {
  if (state.trouble !== null)
    return (
      <p role="alert" className="flex min-w-0 items-center gap-2 text-bad text-sm">
        <Icon name="alert" />
        {state.trouble}
      </p>
    );
  return (
    <p role="status" className="text-ink-soft text-sm">
      {state.kind === "idle"
        ? "Nothing is searched."
        : state.kind === "resting"
          ? "Resting: the page is hidden."
          : state.work === null
            ? "Waiting for work …"
            : `Searching block ${state.work.height} …`}
    </p>
  );
}
